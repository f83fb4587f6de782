using System.Globalization;

namespace Nacre.Nemesis.Tests.Processes;

/// <summary>What a node's metrics tell of its replicas, by shard.</summary>
/// <param name="Leader">The node that leads, as this one knows; 0 for none.</param>
/// <param name="Applied">The last entry that it has applied.</param>
/// <param name="Last">The last entry in its log.</param>
internal sealed record NodeScrape(IReadOnlyDictionary<int, int> Leader, IReadOnlyDictionary<int, long> Applied, IReadOnlyDictionary<int, long> Last)
{
    /// <summary>Bytes of snapshots that other nodes fetched there.</summary>
    public required IReadOnlyDictionary<int, long> SnapshotSent { get; init; }

    /// <summary>Reads Prometheus' text form.</summary>
    public static NodeScrape Parse(string text) => new(
        Series(text, "nacre_replica_leader").ToDictionary(each => each.Shard, each => (int)each.Value),
        Series(text, "nacre_replica_applied_index").ToDictionary(each => each.Shard, each => each.Value),
        Series(text, "nacre_replica_last").ToDictionary(each => each.Shard, each => each.Value))
    {
        SnapshotSent = Series(text, "nacre_snapshot_sent").ToDictionary(each => each.Shard, each => each.Value),
    };

    /// <summary>True when all replicas have applied the same, and have nothing in their logs beyond that.</summary>
    public bool IsEqualTo(NodeScrape other) => Applied.Count > 0 && InOrder(Applied).SequenceEqual(InOrder(other.Applied)) && InOrder(Last).SequenceEqual(InOrder(Applied));

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', InOrder(Applied).Select(pair => string.Create(
        CultureInfo.InvariantCulture, $"shard {pair.Key} at {pair.Value} of {Last.GetValueOrDefault(pair.Key)} under {Leader.GetValueOrDefault(pair.Key)};")));

    private static IEnumerable<KeyValuePair<int, long>> InOrder(IReadOnlyDictionary<int, long> series) => series.OrderBy(pair => pair.Key);

    /// <summary>Lines such as <c>name_unit{otel_scope_name="…",nacre_shard="1"} 42 1700000000000</c>.</summary>
    private static IEnumerable<(int Shard, long Value)> Series(string text, string name)
    {
        const string Tag = "nacre_shard=\"";
        foreach (string line in text.Split('\n'))
        {
            int brace = line.IndexOf('{', StringComparison.Ordinal);
            int tag = line.IndexOf(Tag, StringComparison.Ordinal);
            if (brace < 0 || tag < 0 || !(line[..brace] == name || line[..brace].StartsWith(name + "_", StringComparison.Ordinal)))
            {
                continue;
            }

            string shard = line[(tag + Tag.Length)..line.IndexOf('"', tag + Tag.Length)];
            string value = line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            yield return (int.Parse(shard, CultureInfo.InvariantCulture), (long)double.Parse(value, CultureInfo.InvariantCulture));
        }
    }
}
