using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>The other replicas: what they say, what is said to them, and the entries that they lack.</content>
public sealed partial class ShardReplica
{
    private readonly Dictionary<ReplicaId, NodeId> _heardFrom = [];
    private bool _isKnownToBeDisqualified;

    /// <summary>Takes a message of another replica; it is dropped while the replica does not serve. Never blocks.</summary>
    /// <param name="from">The node that sent it, by its certificate.</param>
    /// <param name="message">The message; its entries are given over.</param>
    public void Receive(NodeId from, in RaftMessage message)
    {
        if (State is ReplicaState.Serving or ReplicaState.Draining && !Volatile.Read(ref _isDeaf))
        {
            _inbox.Add(new ReceivedMessage(from, message));
            RequestLoop();
        }
    }

    /// <summary>The connection to a node broke: what was on its way there is lost.</summary>
    public void Unreachable(NodeId node) => Call(core =>
    {
        foreach (Replica member in core?.Set.Members ?? [])
        {
            if (member.Node == node)
            {
                core!.Step(RaftInput.Unreachable(member.Id));
            }
        }
    });

    /// <summary>Has something done on the loop; with null once the replica has ended.</summary>
    private void Call(Action<RaftCore?> run)
    {
        _inbox.Add(new LoopCall(run));
        RequestLoop();
    }

    private void TakeMessage(RaftCore core, ReceivedMessage received)
    {
        RaftMessage message = received.Message;
        if (core.Set.Find(message.From) is { } member && member.Node != received.From)
        {
            // A node speaks for its own replicas only.
            Log.MessageOfAnotherNode(_logger, _identity.Shard, message.From, received.From, member.Node);
            return;
        }

        if (TakeSnapshotMessage(core, received.From, message))
        {
            return;
        }

        WitnessTerm(received.From, message);
        _heardFrom[message.From] = received.From;
        _heardAt[message.From] = _time.GetTimestamp();
        core.Step(message);
        if (message.Kind == RaftMessageKind.Append && !message.Entries.IsEmpty)
        {
            FollowStamps(core, message.Entries.Span[^1]);
        }
    }

    /// <summary>
    /// Sequence and time go on from the log's last entry, whoever made it: this replica may have to stamp the next one, and
    /// in the same round.
    /// </summary>
    private void FollowStamps(RaftCore core, in LogRecord last)
    {
        if (core.LastIndex != last.Index || core.LastTerm != last.Term)
        {
            return;
        }

        if (EntryCodec.Decode(last.Entry, out EntryHeader header, out _) is { } error)
        {
            throw new Core.Files.StorageFaultException(
                Core.Files.StorageFaultKind.Corrupt, "replication", $"shard {_identity.Shard}, entry {last.Index}", error.Message);
        }

        _sequence = header.Sequence;
        _lastTime = header.Time > _lastTime ? header.Time : _lastTime;
    }

    private void Send(RaftCore core, ReadOnlySpan<RaftMessage> messages)
    {
        foreach (ref readonly RaftMessage message in messages)
        {
            NodeId node = core.Set.Find(message.To)?.Node ?? _heardFrom.GetValueOrDefault(message.To);
            if (node.Value != 0 && node != _identity.Node)
            {
                _transport.Send(node, _identity.Shard, message);
            }
        }
    }

    private async Task ReadForPeer(EntryRead wanted)
    {
        LogRecord[]? records = null;
        try
        {
            if (wanted.From > _log.StateOf(_identity.Shard).TruncationIndex)
            {
                IReadOnlyList<LogRecord> read = await _log.ReadAsync(_identity.Shard, wanted.From, wanted.MaxBytes, CancellationToken.None);
                records = [.. read.TakeWhile(record => record.Index <= wanted.Through)];
            }
        }
        catch (Exception cause)
        {
            // What was released while it was read is no fault.
            if (wanted.From > _log.StateOf(_identity.Shard).TruncationIndex)
            {
                Fail(cause);
                return;
            }
        }

        Call(core => core?.Step(records is { Length: > 0 } ? RaftInput.EntriesRead(wanted.Peer, records) : RaftInput.EntriesUnread(wanted.Peer)));
    }

    private void ReportDisqualification(RaftCore core)
    {
        if (core.IsDisqualified && !_isKnownToBeDisqualified)
        {
            _isKnownToBeDisqualified = true;
            Log.ReplicaDisqualified(_logger, _identity.Shard, _identity.Self);
        }
    }
}
