using System.Collections.Immutable;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Protocol.Node.V1;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>
/// Asks each peer at a start what it remembers of this node. Who remembers more than the data folder has gives it away as an
/// older copy, or one that lost its end: the node must neither vote nor acknowledge any more. Decision 32.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="starts">How often the folder was opened before this start.</param>
/// <param name="logs">The logs as this start found them.</param>
/// <param name="channels">The ways to the peers.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where to say what is found.</param>
/// <remarks>Thread-safe, but for starting, which is one caller's.</remarks>
internal sealed class PeerVetting(
    NodeId self, ulong starts, IReadOnlyDictionary<ShardId, ShardLogState> logs, PeerChannels channels, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // Invariants:
    // - before a peer has answered it is told nothing that this start made durable, and a replica hears nothing of it: so its
    //   answer speaks of earlier starts alone, and whatever it remembers, a whole folder has;
    // - a peer that has answered is not asked again by this start;
    // - once the folder is refused, nobody is heard and nothing is said.

    /// <summary>How long a start waits for peers that do not answer: a majority must be able to start without them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LaterInterval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stopping = new();
    private NacreError? _refusal;
    private ImmutableHashSet<NodeId> _answered = [];
    private Action<NacreError> _onRefusal = static _ => { };
    private Task _asking = Task.CompletedTask;

    /// <summary>Why the folder is refused, and what to do; null while it is not.</summary>
    public NacreError? Refusal => Volatile.Read(ref _refusal);

    /// <summary>What a refusal says, with what to do.</summary>
    /// <param name="self">The refused node.</param>
    /// <param name="found">How it was told.</param>
    public static NacreError RefusalOf(NodeId self, string found) => new(ErrorCode.OlderCopy,
        $"This data folder is an older copy, or has lost writes that other nodes saw flushed: {found}. With it the node could undo acknowledged writes, so it does not start. Put the newest folder back if it still exists; else remove the node ('nacre node remove {self}' on another node) and join again as a new one, with an empty folder.");

    /// <summary>Whether a peer may be told what this start has made durable.</summary>
    public bool MaySpeakTo(NodeId peer) => Refusal is null && Volatile.Read(ref _answered).Contains(peer);

    /// <summary>
    /// Whether a replica may take what a peer says. A node whose address is not known yet is heard: no answer reaches it, and
    /// it is asked as soon as one could.
    /// </summary>
    public bool MayHear(NodeId peer) => Refusal is null && (Volatile.Read(ref _answered).Contains(peer) || !channels.TryGet(peer, out _));

    /// <summary>Asks all peers, and waits for their answers for a short while.</summary>
    /// <returns>Null, or OlderCopy.</returns>
    public async Task<NacreError?> AskAllAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            while (Refusal is null && !await AskOpenAsync(either.Token).ConfigureAwait(false))
            {
                await Task.Delay(AskInterval, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.VettingGoesOn(logger, string.Join(", ", Open().Select(peer => peer.Value)));
        }

        return Refusal;
    }

    /// <summary>Goes on asking those that have not answered, and those that are named later.</summary>
    /// <param name="onRefusal">Done at once when one of them remembers more; it has ended before the disposal does.</param>
    public void Start(Action<NacreError> onRefusal)
    {
        _onRefusal = onRefusal;
        _asking = GoOnAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task GoOnAsync()
    {
        using var timer = new PeriodicTimer(LaterInterval, time);
        try
        {
            do
            {
                await AskOpenAsync(_stopping.Token).ConfigureAwait(false);
            }
            while (Refusal is null && await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private IEnumerable<NodeId> Open() => channels.Named.Except(Volatile.Read(ref _answered));

    /// <summary>Asks whoever has not answered, each once.</summary>
    /// <returns>True when all have.</returns>
    private async Task<bool> AskOpenAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Open().Select(peer => AskAsync(peer, cancellationToken))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return !Open().Any();
    }

    private async Task AskAsync(NodeId peer, CancellationToken cancellationToken)
    {
        if (!channels.TryGet(peer, out GrpcChannel? channel))
        {
            return;
        }

        RememberedNode remembered;
        try
        {
            RecallAnswer answer = await new Reports.ReportsClient(channel).RecallAsync(
                new RecallRequest(), deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken).ResponseAsync.ConfigureAwait(false);
            remembered = RememberedWire.Read(answer.Remembered);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.Unimplemented)
        {
            // A release that remembers nothing: its nodes are to be heard all the same.
            remembered = RememberedNode.Nothing;
        }
        catch (Exception fault) when (fault is RpcException or ObjectDisposedException)
        {
            // It is down, or its address has just changed: it is asked again.
            return;
        }

        if (remembered.WhatLacks(starts, logs) is { } lack)
        {
            string found = $"node {peer} remembers {lack}";
            NacreError refusal = RefusalOf(self, found);
            if (Interlocked.CompareExchange(ref _refusal, refusal, null) is null)
            {
                Log.OlderCopy(logger, found);
                _onRefusal(refusal);
            }
        }
        else
        {
            ImmutableInterlocked.Update(ref _answered, static (answered, node) => answered.Add(node), peer);
        }
    }
}
