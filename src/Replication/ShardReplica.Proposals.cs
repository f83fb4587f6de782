using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>On the loop: proposals get their stamps, and wait in the order of their entries.</content>
public sealed partial class ShardReplica
{
    private Sequence _sequence;
    private DateTimeOffset _lastTime;
    private ProposalTicket? _firstInFlight;
    private ProposalTicket? _lastInFlight;
    private Term _inFlightTerm;

    private void TakeProposal(RaftCore core, ProposalTicket ticket)
    {
        if (!ticket.TryBegin())
        {
            Answer(ticket, ReplicaErrors.GivenUpBefore);
        }
        else if (_refusing)
        {
            Answer(ticket, ReplicaErrors.DiskFull);
        }
        else if (!core.TakesProposals)
        {
            Answer(ticket, core.Role == RaftRole.Leader ? ReplicaErrors.HandsOver
                : core.Leader.Value > 0 ? ReplicaErrors.NotLeader
                : ReplicaErrors.NoLeader);
        }
        else
        {
            LoseInFlightUnlessLeader(core);
            _inFlightTerm = core.Term;
            Follow(ticket);
            byte[] entry = ticket.Entry;
            EntryCodec.Stamp(entry, StampOf(_sequence.Next, core.Set.Generation));
            core.Step(RaftInput.Propose(entry));
            _sequence = _sequence.Next;
            ticket.Place(core.LastIndex);
        }
    }

    /// <summary>
    /// Callers of entries that this replica proposed in a term that it no longer leads: others decide about those now, so
    /// nobody here can say what becomes of them.
    /// </summary>
    private void LoseInFlightUnlessLeader(RaftCore core)
    {
        if (_firstInFlight is null || (core.Role == RaftRole.Leader && core.Term == _inFlightTerm))
        {
            return;
        }

        AnswerAll(CutInFlightAfter(default), ReplicaErrors.LeadLost);
    }

    private LeaderStamp StampOf(Sequence sequence, ReplicaSetGeneration generation) => new(
        _identity.Cluster, _identity.Shard, generation, _identity.Epoch, _identity.Origin,
        sequence, _lastTime, _keys.Current(_identity.Domain));

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IRaftEntries.Opening() => EncodeOwn(EntryKind.NoOp, default, _core?.Set.Generation ?? default);

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IRaftEntries.Configuration(ReplicaSet set) =>
        EncodeOwn(EntryKind.Configuration, ReplicaSetCodec.Encode(set), set.Generation);

    /// <inheritdoc/>
    bool IRaftEntries.IsConfiguration(ReadOnlySpan<byte> entry) => EntryCodec.IsOfKind(entry, EntryKind.Configuration);

    /// <inheritdoc/>
    ReplicaSet? IRaftEntries.ReadConfiguration(ReadOnlyMemory<byte> entry) =>
        EntryCodec.Decode(entry, out _, out ReadOnlyMemory<byte> command) is null &&
        ReplicaSetCodec.Decode(command.Span) is { IsOk: true } set
            ? set.Value
            : null;

    /// <summary>An entry of the core's own, which takes no sequence.</summary>
    private byte[] EncodeOwn(EntryKind kind, ReadOnlySpan<byte> command, ReplicaSetGeneration generation)
    {
        byte[] entry = EntryCodec.Encode(Named(new EntryHeader { Kind = kind, Cause = EntryCause.System }), command);
        EntryCodec.Stamp(entry, StampOf(_sequence, generation));
        return entry;
    }

    private void Follow(ProposalTicket ticket)
    {
        if (_lastInFlight is null)
        {
            _firstInFlight = ticket;
        }
        else
        {
            _lastInFlight.Next = ticket;
        }

        _lastInFlight = ticket;
    }

    /// <summary>Takes the callers of all entries above an index off the queue.</summary>
    private ProposalTicket? CutInFlightAfter(LogIndex last)
    {
        ProposalTicket? kept = null;
        ProposalTicket? cut = _firstInFlight;
        while (cut is not null && cut.Index.Value > 0 && cut.Index <= last)
        {
            kept = cut;
            cut = (ProposalTicket?)cut.Next;
        }

        if (kept is null)
        {
            _firstInFlight = null;
        }
        else
        {
            kept.Next = null;
        }

        _lastInFlight = kept;
        return cut;
    }
}
