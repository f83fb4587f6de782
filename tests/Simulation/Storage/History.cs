using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a recorded run wrote and was told: what each power cut is held against.</summary>
/// <param name="position">The place in the recording.</param>
internal sealed class History(Func<int> position)
{
    private readonly Dictionary<ulong, (ulong Index, ErrorCode Code, ulong Lsn)> _expected = [];
    private ulong _guestAppends;

    public ShardHistory<DataState> Data { get; } = new(DataState.Empty);

    public ShardHistory<ControlModel> Control { get; } = new(ControlModel.Empty);

    /// <summary>Of the guest, an append counts as an entry does elsewhere.</summary>
    public ShardHistory<GuestState> Guest { get; } = new(GuestState.Empty);

    /// <summary>How far the guest's log was released by some place.</summary>
    public List<(int Position, ulong Index)> GuestReleases { get; } = [];

    /// <summary>The place from which on a start must not begin the folder anew.</summary>
    public int MadeAt { get; set; } = int.MaxValue;

    /// <summary>Hears of an append before it is queued.</summary>
    public void Append(LogAppend append)
    {
        if (append.Shard == StorageNode.Guest)
        {
            Guest.Append(++_guestAppends, Guest.State.After(append), position());
            return;
        }

        foreach (LogRecord record in append.Entries)
        {
            if (append.Shard == ShardId.Control)
            {
                Control.Append(record.Index.Value, Control.State.After(record), position());
            }
            else
            {
                Add(record);
            }
        }
    }

    /// <summary>An entry of the data shard, also where it comes in a snapshot.</summary>
    public void Add(LogRecord record)
    {
        (DataState state, ErrorCode code, ulong lsn) = Data.State.After(record);
        Data.Append(record.Index.Value, state, position());
        Invariant.Check(EntryCodec.Decode(record.Entry, out EntryHeader header, out _) is null);
        if (header.Activity.Value != 0)
        {
            _expected[(ulong)header.Activity.Value] = (record.Index.Value, code, lsn);
        }
    }

    /// <summary>Holds an answer against the model, and notes that it was given.</summary>
    public void Answered(ulong activity, CommandOutcome outcome, int at)
    {
        (ulong index, ErrorCode code, ulong lsn) = _expected[activity];
        if (outcome.Code != code || outcome.Lsn.Value != lsn)
        {
            throw new ViolationException($"an answer: entry {index} is {outcome.Code} at lsn {outcome.Lsn}, not {code} at {lsn}");
        }

        Data.Acknowledge(index, at);
    }
}
