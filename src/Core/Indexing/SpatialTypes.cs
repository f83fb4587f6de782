namespace Nacre.Core.Indexing;

/// <summary>Kinds of geometry that a spatial index is asked to hold.</summary>
[Flags]
public enum SpatialTypes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Points.</summary>
    Point = 1,

    /// <summary>Lines.</summary>
    LineString = 2,

    /// <summary>Polygons.</summary>
    Polygon = 4,

    /// <summary>Several polygons.</summary>
    MultiPolygon = 8,
}
