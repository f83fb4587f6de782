using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>What is to be done.</content>
public sealed partial class RaftCore
{
    /// <summary>Gives out what is to be done since the last call.</summary>
    /// <param name="maxPersistBytes">
    /// Entries are given to persist until the next would exceed this, counted with <see cref="EntryOverheadBytes"/>,
    /// but at least one; 0 keeps all that is to be persisted for a later call.
    /// </param>
    public Ready TakeReady(int maxPersistBytes)
    {
        _tail.Forget(LastToForget());
        bool persist = maxPersistBytes > 0 && !_waitsToPersist;
        LogIndex from = _given.Next;
        HardState? hardState = null;
        if (persist)
        {
            if (!_isInstalling)
            {
                _given = LastWithin(from, LastIndex, maxPersistBytes);
                _hasGiven |= _given >= from;
                _sendDue |= _given >= from && Role == RaftRole.Leader && _peers.Length > 0;
            }

            if (_hardState != _givenHardState)
            {
                hardState = _givenHardState = _hardState;
            }

            _flushes += hardState is not null || _given >= from ? 1 : 0;
        }

        if (_sendDue)
        {
            _sendDue = false;
            SendToPeers();
        }

        LogIndex applyFrom = _givenToApply.Next;
        _givenToApply = ApplyEnd;
        return new Ready
        {
            HardState = hardState,
            Persist = _given >= from ? _tail.Slice(from, _given) : default,
            ApplyThrough = _givenToApply,
            Apply = _givenToApply >= applyFrom ? _tail.Slice(applyFrom, _givenToApply) : default,
            Messages = _outbox.Take(),
            Reads = _entryReads.Take(),
            Snapshots = _snapshotNeeds.Take(),
            ReadStates = _readStates.Take(),
        };
    }

    /// <summary>The last entry that is not needed in memory: flushed, given out to apply, and at every peer that keeps up.</summary>
    private LogIndex LastToForget()
    {
        LogIndex last = _givenToApply < _persisted ? _givenToApply : _persisted;
        if (Role == RaftRole.Leader && _tail.Bytes <= _options.MaxTailBytes)
        {
            foreach (Progress peer in _peers)
            {
                if (peer.State == ProgressState.Replicate && peer.Match < last)
                {
                    last = peer.Match;
                }
            }
        }

        return last;
    }

    /// <summary>The last entry of an interval that is in memory, so that they stay within a limit; at least the first.</summary>
    private LogIndex LastWithin(LogIndex from, LogIndex through, long maxBytes)
    {
        var last = new LogIndex(from.Value - 1);
        LogIndex before = last;
        long bytes = 0;
        foreach (ref readonly LogRecord record in _tail.Slice(from, through))
        {
            bytes += record.Entry.Length + EntryOverheadBytes;
            if (bytes > maxBytes && last > before)
            {
                break;
            }

            last = record.Index;
        }

        return last;
    }
}
