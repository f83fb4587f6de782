using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>Indexes that are being built.</summary>
/// <param name="Range">Of which range.</param>
/// <param name="Container">Of which container's incarnation.</param>
/// <param name="Progress">About which part of the items is indexed, 0 to 1.</param>
public sealed record IndexBuildStatus(RangeId Range, ContainerId Container, double Progress);
