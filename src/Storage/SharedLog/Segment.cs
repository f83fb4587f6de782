using System.Buffers;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Storage.SharedLog;

/// <summary>A segment that belongs to the log: its file, and how far it is written.</summary>
/// <remarks>The written state is the writer's; leases and reading are thread-safe.</remarks>
// Invariants:
// - EndOffset, LastFrame and LastTag speak of durable frames only.
// - The file is not used again before the last lease is given back.
internal sealed class Segment
{
    private readonly Lock _readLock = new();
    private readonly IDataKeys _keys;
    private readonly HashSet<(KeyDomainId Domain, DataKeyId Key)> _keysInUse = [];
    private SegmentCipher? _readCipher;
    private int _leases = 1;

    public Segment(SegmentHeader header, IStorageFile file, IDataKeys keys)
    {
        Header = header;
        File = file;
        _keys = keys;
        EndOffset = LogFormat.FirstFrameOffset;
        LastFrame = header.FirstFrame - 1;
        LastTag = header.Tag;
        _keysInUse.Add((KeyDomainId.Shared, header.Key));
    }

    /// <summary>What its first block says.</summary>
    public SegmentHeader Header { get; }

    /// <summary>The open file.</summary>
    public IStorageFile File { get; }

    /// <summary>This use of the file.</summary>
    public ulong UseId => Header.UseId;

    /// <summary>Where the next frame goes.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Number of the last frame; one below the first when there is none.</summary>
    public ulong LastFrame { get; private set; }

    /// <summary>Tag of the last frame, or of the header.</summary>
    public UInt128 LastTag { get; private set; }

    /// <summary>Called once the log has let go of it and nobody reads it any more.</summary>
    public Action<Segment>? Unused { get; set; }

    /// <summary>Notes a durable frame.</summary>
    public void Extend(long bytes, ulong frame, UInt128 tag)
    {
        Invariant.Check(frame == LastFrame + 1);
        EndOffset += bytes;
        LastFrame = frame;
        LastTag = tag;
    }

    /// <summary>Goes on behind a hole; only for a log that is read to be checked.</summary>
    public void SkipTo(long offset, ulong nextFrame, UInt128 previousTag)
    {
        EndOffset = offset;
        LastFrame = nextFrame - 1;
        LastTag = previousTag;
    }

    /// <summary>Notes that something in it is sealed under a key.</summary>
    public void UseKey(KeyDomainId domain, DataKeyId key)
    {
        lock (_keysInUse)
        {
            _keysInUse.Add((domain, key));
        }
    }

    /// <summary>How others may know it.</summary>
    public LogSegment Describe(bool isActive)
    {
        lock (_keysInUse)
        {
            return new LogSegment(
                UseId, File.Path, EndOffset, isActive, [.. _keysInUse.Select(use => use.Key).Distinct().Order()]);
        }
    }

    /// <summary>Keeps the file as it is until <see cref="Release"/>; false when it is too late.</summary>
    public bool TryLease()
    {
        int leases = Volatile.Read(ref _leases);
        while (leases > 0)
        {
            int seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases)
            {
                return true;
            }

            leases = seen;
        }

        return false;
    }

    /// <summary>Closes the file as it is; whoever still reads finds it closed.</summary>
    public void Close()
    {
        lock (_readLock)
        {
            _readCipher?.Dispose();
            _readCipher = null;
        }

        File.Dispose();
    }

    /// <summary>Gives a lease back; the log itself holds the first.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _leases);
        Invariant.Check(left >= 0);
        if (left == 0)
        {
            lock (_readLock)
            {
                _readCipher?.Dispose();
                _readCipher = null;
            }

            Unused?.Invoke(this);
        }
    }

    /// <summary>Reads one frame's section; the caller holds a lease.</summary>
    /// <returns>The records. Throws <see cref="StorageFaultException"/> when the bytes fail their check.</returns>
    public byte[] ReadSection(FrameSpan span)
    {
        int bytes = (int)span.Blocks * LogFormat.BlockBytes;
        byte[] frame = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            long offset = (long)span.Position * LogFormat.BlockBytes;
            int read = File.Read(offset, frame.AsSpan(0, bytes));
            lock (_readLock)
            {
                _readCipher ??= SegmentCipher.TryCreate(_keys, Header)
                    ?? throw Corrupt(offset, $"data key {Header.Key} is no longer known");
                return OpenSection(frame.AsSpan(0, read), offset, span.Domain, _readCipher);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private byte[] OpenSection(ReadOnlySpan<byte> frame, long offset, KeyDomainId domain, SegmentCipher cipher)
    {
        if (!SealedFrame.TryParse(frame, UseId, offset, cipher, out SealedFrame parsed, out string? damage))
        {
            throw Corrupt(offset, damage);
        }

        for (int i = 0; i < parsed.Header.SectionCount; i++)
        {
            SectionDescriptor section = parsed.Section(i);
            if (section.Domain == domain)
            {
                byte[] clear = GC.AllocateUninitializedArray<byte>(section.Length);
                return parsed.Open(i, cipher, clear) switch
                {
                    SectionOutcome.Opened => clear,
                    SectionOutcome.KeyUnknown => throw Corrupt(offset, $"data key {section.Key} is no longer known"),
                    _ => throw Corrupt(offset, "a section's tag is wrong"),
                };
            }
        }

        throw Corrupt(offset, $"the frame has no section of domain {domain}");
    }

    private StorageFaultException Corrupt(long offset, string what) =>
        new(StorageFaultKind.Corrupt, File.Path, $"offset {offset}", what);
}
