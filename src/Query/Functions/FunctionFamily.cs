// The types of JSON have these names.
#pragma warning disable CA1720

namespace Nacre.Query.Functions;

/// <summary>The chapters of the function table.</summary>
public enum FunctionFamily : byte
{
    /// <summary>Arrays and sets.</summary>
    Array = 0,

    /// <summary>Choice by a condition.</summary>
    Conditional = 1,

    /// <summary>Dates, times, ticks and timestamps.</summary>
    DateTime = 2,

    /// <summary>Numbers.</summary>
    Mathematical = 3,

    /// <summary>GeoJSON on the WGS-84 ellipsoid.</summary>
    Spatial = 4,

    /// <summary>Strings, and conversions from and to them.</summary>
    String = 5,

    /// <summary>Questions about a value's type.</summary>
    TypeChecking = 6,

    /// <summary>Distances between vectors.</summary>
    Vector = 7,
}
