using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>Entries for peers that are in the log only: the shell reads them, the core sends them.</content>
public sealed partial class RaftCore
{
    private void OnEntriesRead(ReplicaId id, ReadOnlyMemory<LogRecord> records)
    {
        if (Role != RaftRole.Leader || PeerOf(id) is not { IsReading: true } peer)
        {
            return;
        }

        if (!IsOfThisLog(records.Span))
        {
            OnEntriesUnread(id);
            return;
        }

        // The peer may have said meanwhile that it has some of them.
        peer.IsReading = false;
        _sendDue = true;
        LogIndex first = records.Span[0].Index;
        LogIndex last = records.Span[^1].Index;
        if (peer.Next >= first && peer.Next <= last && _terms.TermAt(Before(peer.Next)) is not null && peer.CanSend(_options))
        {
            Send(peer, records[(int)(peer.Next.Value - first.Value)..]);
        }
    }

    /// <summary>What was read may be of a time when the log was another.</summary>
    private bool IsOfThisLog(ReadOnlySpan<LogRecord> records)
    {
        LogIndex from = records.IsEmpty ? default : records[0].Index;
        foreach (ref readonly LogRecord record in records)
        {
            if (record.Index != from || record.Index > _given || _terms.TermAt(record.Index) != record.Term)
            {
                return false;
            }

            from = from.Next;
        }

        return !records.IsEmpty;
    }

    private void OnEntriesUnread(ReplicaId id)
    {
        if (Role == RaftRole.Leader && PeerOf(id) is { IsReading: true } peer)
        {
            peer.IsReading = false;
            if (peer.State != ProgressState.Snapshot)
            {
                peer.Probe(peer.State == ProgressState.Probe ? peer.Next : peer.Match.Next);
                peer.HasProbe = true;
            }
        }
    }
}
