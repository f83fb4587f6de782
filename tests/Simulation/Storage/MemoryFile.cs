namespace Nacre.Simulation.Tests.Storage;

/// <summary>A file's content, which copies share until one of them writes.</summary>
/// <param name="number">Names the file, whatever it is called.</param>
internal sealed class MemoryFile(int number)
{
    // Invariants:
    // - Bytes are whole sectors, and zeros behind Length.
    public int Number { get; } = number;

    public byte[] Bytes { get; set; } = [];

    public long Length { get; set; }

    /// <summary>True when others may have the same bytes.</summary>
    public bool IsShared { get; set; }

    public ReadOnlySpan<byte> Content => Bytes.AsSpan(0, (int)Length);

    public MemoryFile Share() => new(Number) { Bytes = Bytes, Length = Length, IsShared = true };

    /// <summary>Makes the bytes this file's own.</summary>
    public void Own()
    {
        if (IsShared)
        {
            Bytes = [.. Bytes];
            IsShared = false;
        }
    }

    public void Write(long position, ReadOnlySpan<byte> buffer)
    {
        Own();
        Grow(position + buffer.Length);
        buffer.CopyTo(Bytes.AsSpan((int)position));
        Length = Math.Max(Length, position + buffer.Length);
    }

    /// <summary>Puts sectors of a recorded write in place.</summary>
    /// <param name="position">Of the first.</param>
    /// <param name="sectors">Whole ones.</param>
    /// <param name="end">Where the write ended: the file is at least so long.</param>
    public void Restore(long position, ReadOnlySpan<byte> sectors, long end)
    {
        Own();
        Grow(Math.Max(position + sectors.Length, end));
        sectors.CopyTo(Bytes.AsSpan((int)position));
        Length = Math.Max(Length, end);
    }

    public void SetLength(long length)
    {
        Own();
        if (length < Length)
        {
            Bytes.AsSpan((int)length, (int)(Length - length)).Clear();
        }

        Grow(length);
        Length = length;
    }

    private void Grow(long length)
    {
        if (Bytes.Length < length)
        {
            long sectors = (Math.Max(length, Math.Min(Bytes.Length * 2L, Bytes.Length + (256L << 10))) + MemoryDisk.SectorBytes - 1) / MemoryDisk.SectorBytes;
            byte[] grown = new byte[sectors * MemoryDisk.SectorBytes];
            Bytes.CopyTo(grown, 0);
            Bytes = grown;
        }
    }
}
