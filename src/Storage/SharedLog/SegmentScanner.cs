using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <summary>Reads a segment's frames one after the other, each verified and chained to the one before.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SegmentScanner
{
    private const int WindowBytes = 64 * LogFormat.BlockBytes;

    private readonly IStorageFile _file;
    private readonly SegmentCipher _cipher;
    private readonly ulong _useId;
    private readonly long _length;
    private byte[] _window;
    private long _windowAt;
    private int _windowBytes;

    /// <summary>Begins at the first frame.</summary>
    /// <param name="header">The segment's verified header.</param>
    /// <param name="file">Its file.</param>
    /// <param name="cipher">Its cipher.</param>
    public SegmentScanner(SegmentHeader header, IStorageFile file, SegmentCipher cipher)
    {
        _file = file;
        _cipher = cipher;
        _useId = header.UseId;
        _length = file.Length;
        _window = new byte[Math.Clamp(_length, LogFormat.BlockBytes, WindowBytes)];
        Offset = LogFormat.FirstFrameOffset;
        NextFrame = header.FirstFrame;
        PreviousTag = header.Tag;
    }

    /// <summary>Where the next frame is looked for.</summary>
    public long Offset { get; private set; }

    /// <summary>The number that it has.</summary>
    public ulong NextFrame { get; private set; }

    /// <summary>Tag of the frame before it.</summary>
    public UInt128 PreviousTag { get; private set; }

    /// <summary>The frame at <see cref="Offset"/>; valid until the next call.</summary>
    /// <param name="frame">The frame, its sections not opened yet.</param>
    /// <param name="damage">Why there is none.</param>
    public bool TryRead(out SealedFrame frame, [NotNullWhen(false)] out string? damage)
    {
        frame = default;
        ReadOnlySpan<byte> bytes = Window(Offset, LogFormat.BlockBytes);
        if (!SealedFrame.TryVerifyHeader(bytes, _useId, Offset, _cipher, out FrameHeader header, out damage))
        {
            return false;
        }

        if (header.Number != NextFrame)
        {
            damage = $"frame {header.Number} stands where frame {NextFrame} is due";
            return false;
        }

        if (header.PreviousTag != PreviousTag)
        {
            damage = $"frame {header.Number} does not follow the one before it";
            return false;
        }

        return SealedFrame.TryParse(Window(Offset, (int)header.Bytes), _useId, Offset, _cipher, out frame, out damage);
    }

    /// <summary>Goes behind a frame.</summary>
    public void Pass(in SealedFrame frame)
    {
        Offset += frame.Header.Bytes;
        NextFrame = frame.Header.Number + 1;
        PreviousTag = frame.Tag;
    }

    /// <summary>
    /// Looks for a later frame of this use that proves the bad one at <see cref="Offset"/> to have been durable, and
    /// goes there.
    /// </summary>
    /// <returns>False when there is none; nothing changed.</returns>
    public bool TrySkipTo(out FrameHeader later)
    {
        for (long offset = Offset + LogFormat.BlockBytes; offset < _length; offset += LogFormat.BlockBytes)
        {
            ReadOnlySpan<byte> block = Window(offset, LogFormat.BlockBytes);
            if (SealedFrame.TryVerifyHeader(block, _useId, offset, _cipher, out later, out _)
                && later.Number > NextFrame && later.DurableThrough >= NextFrame)
            {
                Offset = offset;
                NextFrame = later.Number;
                PreviousTag = later.PreviousTag;
                return true;
            }
        }

        later = default;
        return false;
    }

    /// <summary>True when what stands at <see cref="Offset"/> calls itself the next frame: begun, and not whole.</summary>
    public bool LooksBegun()
    {
        ReadOnlySpan<byte> block = Window(Offset, LogFormat.BlockBytes);
        return block.Length >= FrameHeader.FixedBytes
            && FrameHeader.TryRead(block, out FrameHeader header)
            && header.UseId == _useId
            && header.Number == NextFrame;
    }

    /// <summary>The highest use id that any block of a file without a readable header claims as a frame's; 0 for none.</summary>
    public static ulong HighestClaimedUse(IStorageFile file)
    {
        ulong highest = 0;
        long length = file.Length;
        byte[] chunk = new byte[Math.Clamp(LogFormat.RoundUp(length), LogFormat.BlockBytes, WindowBytes)];
        for (long at = LogFormat.FirstFrameOffset; at < length; at += chunk.Length)
        {
            int read = file.Read(at, chunk);
            for (int i = 0; i + FrameHeader.FixedBytes <= read; i += LogFormat.BlockBytes)
            {
                if (FrameHeader.TryRead(chunk.AsSpan(i), out FrameHeader header)
                    && header.Position * (long)LogFormat.BlockBytes == at + i)
                {
                    highest = Math.Max(highest, header.UseId);
                }
            }
        }

        return highest;
    }

    private ReadOnlySpan<byte> Window(long offset, int count)
    {
        if (offset < _windowAt || offset + count > _windowAt + _windowBytes)
        {
            if (_window.Length < count)
            {
                _window = new byte[Math.Max(count, Math.Min(2 * _window.Length, LogFormat.MaxFrameBytes))];
            }

            _windowAt = offset;
            _windowBytes = _file.Read(offset, _window);
        }

        int start = (int)(offset - _windowAt);
        return _window.AsSpan(start, Math.Min(count, _windowBytes - start));
    }
}
