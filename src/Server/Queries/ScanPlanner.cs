using System.Globalization;
using Nacre.Core.Documents;
using Nacre.Query.Binding;

namespace Nacre.Server.Queries;

/// <summary>Scans: every item of the scope is looked at.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScanPlanner : IQueryPlanner
{
    /// <inheritdoc/>
    public IItemSource Open(BoundQuery query, QueryScope scope, ItemStart start) => new ScanSource(scope, start);

    /// <inheritdoc/>
    public IReadOnlyList<string> Describe(BoundQuery query, QueryScope scope)
    {
        PartitionKey key = scope.PartitionKey;
        return
        [
            key.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"scan: the whole container, {scope.Container.Ranges.Length} ranges in hash order")
                : key.Count == scope.Container.PartitionKey.Paths.Count
                    ? "scan: one partition"
                    : "scan: all partitions below a prefix of the partition key",
        ];
    }
}
