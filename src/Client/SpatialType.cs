namespace Nacre.Client;

/// <summary>Kinds of geometry.</summary>
public enum SpatialType
{
    /// <summary>Points.</summary>
    Point = 1,

    /// <summary>Lines.</summary>
    LineString = 2,

    /// <summary>Polygons.</summary>
    Polygon = 3,

    /// <summary>Several polygons.</summary>
    MultiPolygon = 4,
}
