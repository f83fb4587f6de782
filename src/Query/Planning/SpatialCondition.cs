using Nacre.Core.Indexing;
using Nacre.Core.Spatial;

namespace Nacre.Query.Planning;

/// <summary>A geometry at a path that has a point in common with a region. Cells tell only that it may: it is never exact.</summary>
/// <param name="Path">Where; never the root.</param>
/// <param name="Region">The region; perhaps of nothing.</param>
/// <param name="Text">What is asked of the geometry, for a person: <c>meets {"type":"Point",…</c>.</param>
public sealed record SpatialCondition(DocumentPath Path, GeoRegion Region, string Text) : IndexCondition(IsExact: false)
{
    /// <summary>For a person.</summary>
    public override string ToString() => $"{Path} {Text}";
}
