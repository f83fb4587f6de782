using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Log;
using Nacre.Storage.Tests.Control;
using Nacre.Storage.Tests.Documents;
using Nacre.Testing;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>The log of a shard, and the state that it leads to, in memory.</summary>
internal sealed class SnapshotHistory : IAsyncDisposable
{
    private readonly DocumentWorkbench _bench = new();
    private readonly SeededRandom _random = new(77);
    private readonly RangeDefinition _range = Range();

    public SnapshotHistory()
    {
        _bench.Activate(_range);
        _bench.Configure(ControlBench.Sets[2]);
    }

    public IReadOnlyList<LogRecord> Log => _bench.Log;

    /// <summary>Writes documents: some new, some over old ones.</summary>
    public void Write(int count, int bytes = 2000)
    {
        for (int at = 0; at < count; at++)
        {
            _bench.Write(_range, Upsert($"i{_random.Next(400)}", Convert.ToHexString(_random.Bytes(bytes / 2))));
        }
    }

    /// <summary>A node that applied all of the log has the same state.</summary>
    public async Task CheckAsync(SnapshotNode node)
    {
        node.Apply(Log);
        Assert.That(node.Machine.RunningHash, Is.EqualTo(_bench.Machine.RunningHash));
        Assert.That(node.Machine.AppliedSet?.Set.ToString(), Is.EqualTo(_bench.Machine.AppliedSet?.Set.ToString()));
        Assert.That(node.Machine.AppliedSet?.Index, Is.EqualTo(_bench.Machine.AppliedSet?.Index));
        using IDocumentView view = node.Shard!.Documents.OpenView();
        Assert.That(await _bench.ListAsync(_range, of: view), Is.EqualTo(await _bench.ListAsync(_range)));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();
}
