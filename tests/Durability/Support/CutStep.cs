using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// A step that a node takes on its disk, at which power may go. Those of the hash index, which is written seldom, are cut
/// in the tests of the store.
/// </summary>
/// <param name="Part">The log, a checkpoint, a rotation, or compaction.</param>
/// <param name="Name">What is done.</param>
/// <param name="Kind">The operation.</param>
/// <param name="Matches">Whether a path, below the node's folder, is meant. Also told which segments were rewritten so far.</param>
internal sealed record CutStep(string Part, string Name, SimulatedOperationKind Kind, Func<string, IReadOnlySet<string>, bool> Matches)
{
    private const string FirstGeneration = "-0000.seg";

    /// <summary>All that are cut at.</summary>
    public static IReadOnlyList<CutStep> All { get; } =
    [
        In("log", "segment made", SimulatedOperationKind.Create, "/log/"),
        In("log", "frame written", SimulatedOperationKind.Write, "/log/"),
        In("log", "frame flushed", SimulatedOperationKind.Flush, "/log/"),
        In("log", "segment freed", SimulatedOperationKind.Delete, "/log/"),
        In("checkpoint", "blocks written", SimulatedOperationKind.Write, FirstGeneration),
        In("checkpoint", "blocks flushed", SimulatedOperationKind.Flush, FirstGeneration),
        In("checkpoint", "manifest written", SimulatedOperationKind.Write, "/manifest.new"),
        In("checkpoint", "manifest flushed", SimulatedOperationKind.Flush, "/manifest.new"),
        In("checkpoint", "manifest named", SimulatedOperationKind.Rename, "/manifest.new"),
        In("checkpoint", "folder synced", SimulatedOperationKind.SyncDirectory, "/shards/"),
        In("checkpoint", "older manifest removed", SimulatedOperationKind.Delete, "/manifest-"),
        In("checkpoint", "catalogue written", SimulatedOperationKind.Write, "/shards/0/"),
        In("checkpoint", "catalogue named", SimulatedOperationKind.Rename, "/shards/0/"),
        In("rotation", "key ring written", SimulatedOperationKind.Write, "/keys/"),
        In("rotation", "key ring flushed", SimulatedOperationKind.Flush, "/keys/"),
        In("rotation", "key ring named", SimulatedOperationKind.Rename, "/keys/"),
        In("rotation", "folder of keys synced", SimulatedOperationKind.SyncDirectory, "/keys"),
        new("rotation", "segment rewritten", SimulatedOperationKind.Write, (path, _) => IsRewritten(path)),
        new("rotation", "rewritten segment flushed", SimulatedOperationKind.Flush, (path, _) => IsRewritten(path)),
        new("rotation", "segment of before removed", SimulatedOperationKind.Delete, (path, rewritten) => IsSegment(path) && rewritten.Contains(SegmentOf(path))),
        new("compaction", "emptied segment removed", SimulatedOperationKind.Delete, (path, rewritten) => IsRecords(path) && !rewritten.Contains(SegmentOf(path))),
    ];

    /// <summary>Finds this step in the operations of one disk, in order.</summary>
    public Predicate<SimulatedOperation> NewWatch()
    {
        var rewritten = new HashSet<string>(StringComparer.Ordinal);
        return operation =>
        {
            string path = operation.Path[SimulatedNode.Folder.Length..];
            if (operation.Kind == SimulatedOperationKind.Create && IsRewritten(path))
            {
                rewritten.Add(SegmentOf(path));
            }

            return operation.Kind == Kind && Matches(path, rewritten);
        };
    }

    private static CutStep In(string part, string name, SimulatedOperationKind kind, string inPath) =>
        new(part, name, kind, (path, _) => path.Contains(inPath, StringComparison.Ordinal));

    private static bool IsSegment(string path) => path.EndsWith(".seg", StringComparison.Ordinal);

    private static bool IsRecords(string path) => IsSegment(path) && !path.Contains("-index-", StringComparison.Ordinal);

    private static bool IsRewritten(string path) => IsSegment(path) && !path.EndsWith(FirstGeneration, StringComparison.Ordinal);

    // The name without its generation.
    private static string SegmentOf(string path) => path[..^FirstGeneration.Length];
}
