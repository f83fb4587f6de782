using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Replication;

namespace Nacre.Micro.Replication;

/// <summary>What a proposal of 200 bytes costs in the replica alone: no disk, no store.</summary>
[MemoryDiagnoser]
public class ProposalBenchmarks : IAsyncDisposable
{
    private const int Proposals = 10_000;

    private readonly byte[] _command = new byte[200];
    private readonly EntryHeader _header = new() { Kind = EntryKind.Data, Operations = 1, Activity = new ActivityId(1) };
    private readonly ReplicationMetrics _metrics = new();
    private ShardReplica _replica = null!;

    /// <summary>Callers that each wait for one answer before the next proposal.</summary>
    [Params(1, 64)]
    public int Callers { get; set; }

    /// <summary>Starts the replica.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        _replica = new ShardReplica(
            new ShardIdentity(new ClusterId(1), new ShardId(1), KeyDomainId.Shared), new InstantLog(), new IdleMachine(), new NoKeys(),
            new ShardReplicaOptions(),
            new ReplicaEnvironment(TimeProvider.System, CryptographicRandom.Instance, PoolScheduler.Instance, _metrics, NullLogger.Instance));
        await _replica.StartAsync(default);
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public async Task Cleanup() => await DisposeAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        _metrics.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Propose, append, commit, apply, answer.</summary>
    [Benchmark(OperationsPerInvoke = Proposals)]
    public Task Propose() => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
    {
        for (int n = 0; n < Proposals / Callers; n++)
        {
            await _replica.ProposeAsync(new Proposal(_header, _command), default);
        }
    })));

    private sealed class NoKeys : IDataKeys
    {
        public DataKeyId Current(KeyDomainId domain) => new(1);

        public bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived) => false;
    }
}
