namespace Nacre.Core.Indexing;

/// <summary>Geometries that are indexed by where they lie.</summary>
/// <param name="Path">Which values.</param>
/// <param name="Types">At least one.</param>
public sealed record SpatialIndex(PathPattern Path, SpatialTypes Types);
