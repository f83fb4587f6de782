namespace Nacre.Client;

/// <summary>Geometries that are indexed by where they lie.</summary>
/// <param name="Path">Such as <c>/place/?</c>.</param>
/// <param name="Types">At least one.</param>
public sealed record SpatialIndex(string Path, params IReadOnlyList<SpatialType> Types);
