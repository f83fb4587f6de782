using System.Buffers.Binary;
using Nacre.Core;

namespace Nacre.Storage.Trees;

internal sealed partial class TreeDrain
{
    /// <summary>
    /// Puts all that is pending below a level into nodes, so that a subtree of that level can follow.
    /// </summary>
    /// <returns>False when too little is pending for a node: then the subtree is to be opened and joined with it.</returns>
    private bool CloseBelow(int level)
    {
        for (int i = 0; i < level; i++)
        {
            CutOverfull(i);
            if (WriterOf(i).IsUnderfull)
            {
                return false;
            }

            CutRest(i);
        }

        return true;
    }

    private void CutAhead(int level)
    {
        LevelWriter writer = WriterOf(level);
        while (writer.CanCutAhead)
        {
            Cut(writer, level, writer.ChooseCut());
        }
    }

    private void CutOverfull(int level)
    {
        LevelWriter writer = WriterOf(level);
        while (writer.IsOverfull)
        {
            Cut(writer, level, writer.ChooseCut());
        }
    }

    private void CutRest(int level)
    {
        LevelWriter writer = WriterOf(level);
        if (writer.Count > 0)
        {
            Cut(writer, level, writer.Count);
        }
    }

    /// <summary>Cuts a node and appends it to the level above.</summary>
    private void Cut(LevelWriter writer, int level, int count)
    {
        bool isNew = writer.NextIsNew;
        int separatorLength = writer.Separator.Length;
        writer.Separator.CopyTo(_separator);
        Span<byte> reference = stackalloc byte[NodeFormat.ChildBytes];
        ulong number = Write(writer.Cut(count, out long entries));
        BinaryPrimitives.WriteUInt64LittleEndian(reference, number);
        BinaryPrimitives.WriteInt64LittleEndian(reference[8..], entries);
        AppendChild(level + 1, _separator.AsSpan(0, separatorLength), default, reference, isNew);
    }

    private void AppendChild(
        int level, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> reference, bool isNew)
    {
        LevelWriter writer = WriterOf(level);
        if (writer.IsUntouched && IsTop(level))
        {
            // The leftmost child takes all that is below its right neighbour.
            prefix = default;
            suffix = default;
        }

        writer.Append(prefix, suffix, reference, isNew);
        CutAhead(level);
    }

    private ulong Write(byte[] bytes)
    {
        ulong number = _allocator.Allocate();
        _nodes.Store(Node.FromEncoded(number, bytes));
        _bytes += bytes.Length;
        _written++;
        return number;
    }

    /// <summary>Puts what is pending on every level into nodes, up to a single one: the root.</summary>
    private void Finish()
    {
        for (int level = 0; ; level++)
        {
            CutOverfull(level);
            if (!IsTop(level))
            {
                CutRest(level);
                continue;
            }

            LevelWriter writer = WriterOf(level);

            Result = writer.Count switch
            {
                0 => TreeRoot.Empty,
                1 when level > 0 => OnlyChildAsRoot(writer.OnlyChild(), level - 1),
                _ => RootOf(writer, level),
            };
            return;
        }
    }

    private TreeRoot RootOf(LevelWriter writer, int level)
    {
        ulong number = Write(writer.Cut(writer.Count, out long entries));
        return new TreeRoot(number, (byte)(level + 1), entries, _bytes);
    }

    private TreeRoot OnlyChildAsRoot(ReadOnlySpan<byte> reference, int level)
    {
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(reference);
        long entries = BinaryPrimitives.ReadInt64LittleEndian(reference[8..]);
        while (level > 0 && _nodes.Load(number, level) is { Count: 1 } node)
        {
            CountAsReplaced(node);
            number = node.Child(0);
            level--;
        }

        return new TreeRoot(number, (byte)(level + 1), entries, _bytes);
    }

    /// <summary>True when nothing reached the levels above.</summary>
    private bool IsTop(int level)
    {
        for (int above = level + 1; above < _writers.Count; above++)
        {
            if (!_writers[above].IsUntouched)
            {
                return false;
            }
        }

        return true;
    }

    private LevelWriter WriterOf(int level)
    {
        while (_writers.Count <= level)
        {
            Invariant.Check(_writers.Count < NodeFormat.MaxHeight);
            _writers.Add(new LevelWriter(_nodes.Tree, _writers.Count, _options.NodeBytes));
        }

        return _writers[level];
    }
}
