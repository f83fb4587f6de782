using System.Diagnostics.CodeAnalysis;

namespace Nacre.Core.Indexing;

/// <summary>Types of values, in the order in which indexes have them.</summary>
public enum IndexValueKind : byte
{
    /// <summary>Nothing there. In composite indexes only: a single path has no entry for an item without it.</summary>
    Undefined = 0,

    /// <summary><c>null</c>.</summary>
    Null = 1,

    /// <summary><c>false</c>.</summary>
    False = 2,

    /// <summary><c>true</c>.</summary>
    True = 3,

    /// <summary>A number, by its value as a double.</summary>
    Number = 4,

    /// <summary>A text, by its UTF-8.</summary>
    Text = 5,

    /// <summary>An array: that there is one, not what it holds.</summary>
    Array = 6,

    /// <summary>An object: that there is one, not what it holds.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "JSON's own word.")]
    Object = 7,
}
