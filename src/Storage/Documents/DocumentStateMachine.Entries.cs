using Nacre.Core.Documents;
using Nacre.Core.Indexing;
using Nacre.Core.Ids;
using Nacre.Storage.Indexes;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <content>Index entries: each write keeps those of its items up.</content>
internal sealed partial class DocumentStateMachine
{
    private readonly TermPass _terms = new();
    private readonly TermList _termsBefore = new();
    private readonly TermList _termsAfter = new();
    private readonly OldDocuments _oldDocuments = new();
    private byte[] _oldBody = [];
    private uint _nextIndexSet;

    /// <summary>Bytes of the trees' nodes, for measurements.</summary>
    internal long NodeBytes => _trees.NodeBytes;

    /// <summary>Index entries whose changes are buffered, for tests.</summary>
    internal int BufferedEntries
    {
        get
        {
            int count = 0;
            _trees.Entries.VisitBuffered((_, _) => count++);
            return count;
        }
    }

    /// <summary>Changes an item's entries from those of one document to those of another.</summary>
    /// <param name="range">An indexed range.</param>
    /// <param name="itemKey">The item.</param>
    /// <param name="number">Its number.</param>
    /// <param name="before">The version that is replaced or deleted; null for a new item.</param>
    /// <param name="body">The new document; empty for a deleted item.</param>
    private void UpdateEntries(
        RangeState range, ReadOnlySpan<byte> itemKey, ItemNumber number, in ItemVersion? before, ReadOnlySpan<byte> body)
    {
        bool serving = range.Index?.Covers(itemKey) ?? false;
        bool building = range.Building?.Covers(itemKey) ?? false;
        if (!serving && !building)
        {
            return;
        }

        using DocumentLease? ahead = before is { } old
            ? _oldDocuments.Take(RecordKey.Item(range.Tablet, old.Lsn, old.Ordinal, 0))
            : null;
        ReadOnlySpan<byte> document = ahead is not null ? ahead.Utf8Json.Span
            : before is { } version ? ReadBody(range.Tablet, version, itemKey)
            : default;
        if (document.SequenceEqual(body))
        {
            return;
        }

        if (serving)
        {
            UpdateEntries(range.Index!, number, document, body);
        }

        if (building)
        {
            UpdateEntries(range.Building!, number, document, body);
        }
    }

    private void UpdateEntries(IndexSet set, ItemNumber number, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        Collect(before, set, _termsBefore);
        Collect(after, set, _termsAfter);
        int old = 0;
        int next = 0;
        while (old < _termsBefore.Count || next < _termsAfter.Count)
        {
            int order = next == _termsAfter.Count ? -1
                : old == _termsBefore.Count ? 1
                : TermList.Compare(_termsBefore, _termsBefore[old], _termsAfter, _termsAfter[next]);
            bool same = order == 0 && _termsBefore[old].IsExact == _termsAfter[next].IsExact;
            if (order <= 0 && !same)
            {
                _trees.Entries.DeleteLater(_termsBefore.KeyOf(_termsBefore[old], number));
            }

            if (order >= 0 && !same)
            {
                PutEntry(_termsAfter, next, number);
            }

            old += order <= 0 ? 1 : 0;
            next += order >= 0 ? 1 : 0;
        }
    }

    private void Collect(ReadOnlySpan<byte> document, IndexSet set, TermList terms)
    {
        if (document.IsEmpty)
        {
            terms.Clear();
        }
        else
        {
            _terms.Collect(document, set, terms);
        }
    }

    private void PutEntry(TermList terms, int at, ItemNumber number)
    {
        ref readonly IndexTerm term = ref terms[at];
        _trees.Entries.PutLater(terms.KeyOf(term, number), term.IsExact ? default : [EntryKey.InexactMark]);
    }

    /// <summary>Reads a version's document; valid until the next call.</summary>
    private ReadOnlySpan<byte> ReadBody(TabletId tablet, in ItemVersion version, ReadOnlySpan<byte> itemKey)
    {
        if (_oldBody.Length < version.Length)
        {
            _oldBody = new byte[Math.Max(version.Length, 2 * _oldBody.Length)];
        }

        for (int chunk = 0; chunk < ItemRecord.ChunksOf(version.Length); chunk++)
        {
            using RecordLease record = _store.Items.Read(
                RecordKey.Item(tablet, version.Lsn, version.Ordinal, (ushort)chunk));
            if (!TryReadChunk(record, version, itemKey, chunk, out ReadOnlySpan<byte> part))
            {
                throw DocumentErrors.BadRecord(
                    tablet, version.Lsn, version.Ordinal,
                    record.Found ? "A record is of another item or version" : "A record is missing");
            }

            part.CopyTo(_oldBody.AsSpan(chunk * ItemRecord.ChunkBytes));
        }

        return _oldBody.AsSpan(0, version.Length);
    }

    private static bool TryReadChunk(
        in RecordLease record, in ItemVersion version, ReadOnlySpan<byte> itemKey, int chunk, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (!record.Found)
        {
            return false;
        }

        if (chunk == 0)
        {
            bool good = ItemRecord.TryReadHeader(record.Span, out ItemHeader header) && header.IsOf(itemKey, version);
            part = good ? header.Body : default;
            return good;
        }

        return ItemRecord.TryReadChunk(record.Span, out part) && part.Length == ItemRecord.ChunkLength(version.Length, chunk);
    }

    /// <summary>Notes which version an item has, where its number does not tell.</summary>
    private void Move(RangeState range, in ItemVersion? before, in ItemVersion? after)
    {
        Span<byte> key = stackalloc byte[TabletKey.MoveBytes];
        if (after is { } version && !version.IsNumbered)
        {
            TabletKey.WriteMove(range.Tablet, version.Number, key);
            Span<byte> value = stackalloc byte[2 * VarInt.MaxBytes];
            int length = VarInt.Write(version.Lsn.Value, value);
            length += VarInt.Write(version.Ordinal, value[length..]);
            _trees.Moves.PutLater(key, value[..length]);
        }
        else if (after is null && before is { IsNumbered: false } gone)
        {
            TabletKey.WriteMove(range.Tablet, gone.Number, key);
            _trees.Moves.DeleteLater(key);
        }
    }
}
