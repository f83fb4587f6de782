// The types of JSON have these names.
#pragma warning disable CA1720

namespace Nacre.Query.Values;

/// <summary>What a value of the query language is. The numbers are the order of the types in ORDER BY.</summary>
public enum ValueKind : byte
{
    /// <summary>No value: a member that is not there, or an operation without a result. Never written.</summary>
    Undefined = 0,

    /// <summary>JSON null.</summary>
    Null = 1,

    /// <summary>JSON false.</summary>
    False = 2,

    /// <summary>JSON true.</summary>
    True = 3,

    /// <summary>A double: finite, infinite or not a number.</summary>
    Number = 4,

    /// <summary>A sequence of code points, halves of surrogate pairs among them.</summary>
    String = 5,

    /// <summary>An ordered list of values.</summary>
    Array = 6,

    /// <summary>Named members without an order of their own.</summary>
    Object = 7,
}
