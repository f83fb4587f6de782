namespace Nacre.Testing;

/// <summary>A simulated file's content: what a reader sees, what the disk surely holds, and what is in between.</summary>
/// <remarks>Guarded by its file system's lock.</remarks>
// Invariants:
// - _durable holds what every crash keeps; _pending the sectors written since, each with all its versions in order.
// - A version marked lost stood before a failed flush: later flushes do not make it durable, a crash may keep it.
internal sealed class SimulatedInode
{
    public const int SectorBytes = 512;

    private readonly Dictionary<long, List<SectorVersion>> _pending = [];
    private readonly List<(long Operation, long Length)> _pendingLengths = [];
    private byte[] _current = [];
    private byte[] _durable = [];
    private long _durableLength;

    public long Length { get; private set; }

    public long Allocated { get; set; }

    public long DiskBytes => Math.Max(Length, Allocated);

    public bool IsClean => _pending.Count == 0 && _pendingLengths.Count == 0;

    public static SimulatedInode Of(ReadOnlySpan<byte> content)
    {
        var inode = new SimulatedInode();
        inode.Put(content);
        return inode;
    }

    public ReadOnlySpan<byte> Content => _current.AsSpan(0, (int)Length);

    public int Read(long position, Span<byte> buffer)
    {
        int count = (int)Math.Clamp(Length - position, 0, buffer.Length);
        _current.AsSpan((int)Math.Min(position, Length), count).CopyTo(buffer);
        return count;
    }

    public void Write(long operation, long position, ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        long end = position + buffer.Length;
        Grow(ref _current, end);
        buffer.CopyTo(_current.AsSpan((int)position));
        RecordSectors(operation, position, end);
        if (end > Length)
        {
            Length = end;
            _pendingLengths.Add((operation, end));
        }
    }

    public void SetLength(long operation, long length)
    {
        if (length < Length)
        {
            _current.AsSpan((int)length, (int)(Length - length)).Clear();
            RecordSectors(operation, length, Length);
        }

        Grow(ref _current, length);
        Length = length;
        _pendingLengths.Add((operation, length));
    }

    public void Flush()
    {
        Grow(ref _durable, Length);
        foreach ((long sector, List<SectorVersion> versions) in _pending.ToArray())
        {
            int last = versions.FindLastIndex(version => !version.Lost);
            if (last >= 0)
            {
                Store(ref _durable, sector, versions[last].Data);
                versions.RemoveRange(0, last + 1);
            }

            if (versions.Count == 0)
            {
                _pending.Remove(sector);
            }
        }

        _durableLength = Length;
        _pendingLengths.Clear();
    }

    /// <summary>A failed flush: the kernel calls the pages clean, so that no later flush writes them.</summary>
    public void LosePending()
    {
        foreach (List<SectorVersion> versions in _pending.Values)
        {
            for (int i = 0; i < versions.Count; i++)
            {
                versions[i] = versions[i] with { Lost = true };
            }
        }
    }

    /// <summary>What the disk holds after power came back.</summary>
    public SimulatedInode AfterCrash(SeededRandom random)
    {
        long lastOperation = _pending.Values.SelectMany(versions => versions).Select(version => version.Operation)
            .Concat(_pendingLengths.Select(length => length.Operation)).DefaultIfEmpty(0).Max();
        long firstOperation = _pending.Values.SelectMany(versions => versions).Select(version => version.Operation)
            .Concat(_pendingLengths.Select(length => length.Operation)).DefaultIfEmpty(0).Min();

        // Four kinds of disks: nothing unflushed arrived; all of it; it arrived in order up to some operation, that
        // one whole or torn; every sector for itself.
        int kind = random.Next(4);
        bool torn = random.OneIn(2);
        long cut = kind switch
        {
            0 => -1,
            1 => long.MaxValue,
            2 => firstOperation + random.Next((int)(lastOperation - firstOperation) + 1),
            _ => -1,
        };

        long length = kind == 3
            ? random.Next(_pendingLengths.Count + 1) is var pick && pick == 0 ? _durableLength : _pendingLengths[pick - 1].Length
            : _pendingLengths.Where(change => change.Operation <= cut).Select(change => change.Length)
                .LastOrDefault(_durableLength);

        byte[] content = [];
        Grow(ref content, Math.Max(length, _durable.Length));
        _durable.CopyTo(content, 0);
        foreach ((long sector, List<SectorVersion> versions) in _pending.OrderBy(pair => pair.Key))
        {
            int chosen = kind == 3
                ? random.Next(versions.Count + 1) - 1
                : versions.FindLastIndex(version => version.Operation <= cut);
            if (kind == 2 && torn && chosen >= 0 && versions[chosen].Operation == cut && random.OneIn(2))
            {
                chosen--;
            }

            if (chosen >= 0)
            {
                Store(ref content, sector, versions[chosen].Data);
            }
        }

        return Of(content.AsSpan(0, (int)length));
    }

    /// <summary>Replaces the content, durably.</summary>
    public void Put(ReadOnlySpan<byte> content)
    {
        _pending.Clear();
        _pendingLengths.Clear();
        _current = [];
        Grow(ref _current, content.Length);
        content.CopyTo(_current);
        _durable = [.. _current];
        Length = _durableLength = content.Length;
    }

    /// <summary>Everything that the disk may hold: the view, the durable bytes and each version in between.</summary>
    public IEnumerable<byte[]> Images()
    {
        yield return _current;
        yield return _durable;
        foreach (SectorVersion version in _pending.Values.SelectMany(versions => versions))
        {
            yield return version.Data;
        }
    }

    private static void Grow(ref byte[] bytes, long length)
    {
        if (bytes.Length < length)
        {
            long room = Math.Max(length, Math.Min(bytes.Length * 2L, bytes.Length + (1L << 20)));
            Array.Resize(ref bytes, (int)((room + SectorBytes - 1) / SectorBytes * SectorBytes));
        }
    }

    private static void Store(ref byte[] bytes, long sector, byte[] data)
    {
        Grow(ref bytes, (sector + 1) * SectorBytes);
        data.CopyTo(bytes, sector * SectorBytes);
    }

    private void RecordSectors(long operation, long position, long end)
    {
        // Whole sectors: content that was put in place may end within one.
        Grow(ref _current, (end + SectorBytes - 1) / SectorBytes * SectorBytes);
        for (long sector = position / SectorBytes; sector * SectorBytes < end; sector++)
        {
            if (!_pending.TryGetValue(sector, out List<SectorVersion>? versions))
            {
                _pending[sector] = versions = [];
            }

            versions.Add(new SectorVersion(
                operation, _current.AsSpan((int)(sector * SectorBytes), SectorBytes).ToArray(), Lost: false));
        }
    }

    private readonly record struct SectorVersion(long Operation, byte[] Data, bool Lost);
}
