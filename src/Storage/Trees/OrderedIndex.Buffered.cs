using Nacre.Core.Commands;

namespace Nacre.Storage.Trees;

/// <content>
/// Buffered changes as bytes, for a checkpoint that does not drain them. Laid out in <c>docs/formats/tree.md</c>.
/// </content>
internal sealed partial class OrderedIndex
{
    /// <summary>Ends what <see cref="WriteBuffered"/> writes; all of it when nothing is buffered.</summary>
    public const byte BufferedEnd = 2;

    private const byte PutMark = 0;
    private const byte DeletionMark = 1;

    /// <summary>Sees a buffered change; the key ends with the call.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value; not found for a deletion.</param>
    internal delegate void BufferedVisitor(ReadOnlySpan<byte> key, TreeValue value);

    /// <summary>
    /// Shows what is buffered, in key order: first what a drain under way takes in, then what came after, which may
    /// have newer changes of the same keys.
    /// </summary>
    public void VisitBuffered(BufferedVisitor visitor)
    {
        _active.Settle();
        Visit(_frozen, visitor);
        Visit(_active, visitor);
    }

    /// <summary>Whether a change of a key is buffered.</summary>
    public bool IsBuffered(ReadOnlySpan<byte> key)
    {
        _active.Settle();
        return _active.TryFind(key, _active.Sequence, out _) ||
            (_frozen is not null && _frozen.TryFind(key, _frozen.Sequence, out _));
    }

    /// <summary>Writes what is buffered, so that <see cref="Root"/> with it is the whole index.</summary>
    public void WriteBuffered(CommandWriter writer)
    {
        _active.Settle();
        Write(_frozen, writer);
        Write(_active, writer);
        writer.WriteByte(BufferedEnd);
    }

    /// <summary>Takes over what <see cref="WriteBuffered"/> wrote, into an index that has nothing buffered.</summary>
    /// <returns>False for anything else.</returns>
    public bool TryReadBuffered(ref CommandReader reader)
    {
        while (true)
        {
            byte mark = reader.ReadByte();
            if (mark >= BufferedEnd || reader.Failed)
            {
                return mark == BufferedEnd && !reader.Failed;
            }

            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (key.Length is 0 or > MaxKeyBytes)
            {
                return false;
            }

            if (mark == DeletionMark)
            {
                DeleteLater(key);
                continue;
            }

            ReadOnlySpan<byte> value = reader.ReadRaw(reader.ReadByte());
            if (reader.Failed)
            {
                return false;
            }

            PutLater(key, value);
        }
    }

    private void Write(WriteBuffer? buffer, CommandWriter writer)
    {
        if (buffer is null)
        {
            return;
        }

        WriteBuffer.Scan changes = TreeDrain.ChangesOf(buffer);
        for (; changes.HasCurrent; changes.MoveNext(TreeDrain.AllChanges))
        {
            // Exact changes stay exact: what came and went is left out, what went and came again is both.
            bool wasThere = _isExact && changes.WasThere;
            if (wasThere || (changes.IsDeletion && !_isExact))
            {
                writer.WriteByte(DeletionMark).WriteBytes(changes.Key);
            }

            if (!changes.IsDeletion)
            {
                ReadOnlySpan<byte> value = changes.Value.Span;
                writer.WriteByte(PutMark).WriteBytes(changes.Key).WriteByte((byte)value.Length).WriteRaw(value);
            }
        }
    }

    private static void Visit(WriteBuffer? buffer, BufferedVisitor visitor)
    {
        if (buffer is null)
        {
            return;
        }

        WriteBuffer.Scan changes = TreeDrain.ChangesOf(buffer);
        for (; changes.HasCurrent; changes.MoveNext(TreeDrain.AllChanges))
        {
            visitor(changes.Key, changes.IsDeletion ? default : changes.Value);
        }
    }
}
