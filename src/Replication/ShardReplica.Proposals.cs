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
            Answer(ticket, ReplicaErrors.NoLeader);
        }
        else
        {
            Follow(ticket);
            byte[] entry = ticket.Entry;
            EntryCodec.Stamp(entry, StampOf(_sequence.Next));
            core.Step(RaftInput.Propose(entry));
            _sequence = _sequence.Next;
            ticket.Place(core.LastIndex);
        }
    }

    private LeaderStamp StampOf(Sequence sequence) => new(
        _identity.Cluster, _identity.Shard, _identity.ReplicaSet, _identity.Epoch, _identity.Origin,
        sequence, _lastTime, _keys.Current(_identity.Domain));

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IRaftEntries.Opening() => EncodeOwn(EntryKind.NoOp, default, _identity.ReplicaSet);

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
        EntryCodec.Stamp(entry, StampOf(_sequence) with { ReplicaSet = generation });
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
