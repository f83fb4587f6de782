using System.Diagnostics.CodeAnalysis;

namespace Nacre.Storage.SharedLog;

/// <summary>A frame as read from disk, its header verified; sections open one by one.</summary>
internal readonly ref struct SealedFrame
{
    private readonly ReadOnlySpan<byte> _bytes;

    private SealedFrame(FrameHeader header, ReadOnlySpan<byte> bytes)
    {
        Header = header;
        _bytes = bytes;
    }

    /// <summary>The verified header.</summary>
    public FrameHeader Header { get; }

    /// <summary>The frame's tag: over its header, which holds the sections' tags.</summary>
    public UInt128 Tag => LogFormat.ReadTag(_bytes[Header.TagAt..]);

    /// <summary>Verifies a header in place.</summary>
    /// <param name="block">At least the frame's first block.</param>
    /// <param name="useId">The use it must be of.</param>
    /// <param name="offset">Where in the file it stands.</param>
    /// <param name="cipher">That use's cipher.</param>
    /// <param name="header">The header.</param>
    /// <param name="damage">Why not.</param>
    public static bool TryVerifyHeader(
        ReadOnlySpan<byte> block, ulong useId, long offset, SegmentCipher cipher, out FrameHeader header,
        [NotNullWhen(false)] out string? damage)
    {
        header = default;
        damage = null;
        if (block.Length < LogFormat.BlockBytes)
        {
            damage = "the file ends here";
        }
        else if (!FrameHeader.TryRead(block, out header))
        {
            damage = "no frame begins here";
        }
        else if (header.UseId != useId)
        {
            damage = $"a frame of use {header.UseId} stands here";
        }
        else if (header.Position * (long)LogFormat.BlockBytes != offset)
        {
            damage = $"a frame of block {header.Position} stands here";
        }
        else if (!cipher.IsFrame(header.Number, block[..header.TagAt], block.Slice(header.TagAt, LogFormat.TagBytes)))
        {
            damage = $"the tag of frame {header.Number} is wrong";
        }

        return damage is null;
    }

    /// <summary>Verifies a whole frame but for its sections: those are verified as they are opened.</summary>
    /// <param name="bytes">From the frame's beginning to its end or further.</param>
    /// <param name="useId">The use it must be of.</param>
    /// <param name="offset">Where in the file it stands.</param>
    /// <param name="cipher">That use's cipher.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="damage">Why not.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes, ulong useId, long offset, SegmentCipher cipher, out SealedFrame frame,
        [NotNullWhen(false)] out string? damage)
    {
        frame = default;
        if (!TryVerifyHeader(bytes, useId, offset, cipher, out FrameHeader header, out damage))
        {
            return false;
        }

        if (bytes.Length < header.Bytes)
        {
            damage = $"the file ends within frame {header.Number}";
            return false;
        }

        long end = header.BodyAt;
        for (int i = 0; i < header.SectionCount; i++)
        {
            if (!SectionDescriptor.TryRead(DescriptorBytes(bytes, i), out SectionDescriptor section))
            {
                damage = $"section {i} of frame {header.Number} has an impossible header";
                return false;
            }

            end += section.Length;
        }

        if (end > header.Bytes)
        {
            damage = $"the sections of frame {header.Number} are longer than it";
            return false;
        }

        if (bytes[(int)end..(int)header.Bytes].ContainsAnyExcept((byte)0))
        {
            damage = $"the padding of frame {header.Number} is not zero";
            return false;
        }

        frame = new SealedFrame(header, bytes[..(int)header.Bytes]);
        return true;
    }

    /// <summary>What the header says of a section.</summary>
    public SectionDescriptor Section(int index)
    {
        SectionDescriptor.TryRead(DescriptorBytes(_bytes, index), out SectionDescriptor section);
        return section;
    }

    /// <summary>Opens a section.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="cipher">The use's cipher.</param>
    /// <param name="clear">As long as the section.</param>
    public SectionOutcome Open(int index, SegmentCipher cipher, Span<byte> clear)
    {
        int offset = Header.BodyAt;
        for (int i = 0; i < index; i++)
        {
            offset += Section(i).Length;
        }

        SectionDescriptor section = Section(index);
        ReadOnlySpan<byte> descriptor = DescriptorBytes(_bytes, index);
        Span<byte> bound = stackalloc byte[FrameHeader.FixedBytes + SectionDescriptor.BoundBytes];
        Bind(_bytes, descriptor, bound);
        return cipher.OpenSection(
            section.Domain, section.Key, Header.Number, bound, _bytes.Slice(offset, section.Length),
            descriptor[SectionDescriptor.BoundBytes..], clear);
    }

    /// <summary>A section's associated data: the frame's fixed part and the section's descriptor up to its tag.</summary>
    public static void Bind(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> descriptor, Span<byte> bound)
    {
        frame[..FrameHeader.FixedBytes].CopyTo(bound);
        descriptor[..SectionDescriptor.BoundBytes].CopyTo(bound[FrameHeader.FixedBytes..]);
    }

    private static ReadOnlySpan<byte> DescriptorBytes(ReadOnlySpan<byte> frame, int index) =>
        frame.Slice(FrameHeader.FixedBytes + (index * SectionDescriptor.Bytes), SectionDescriptor.Bytes);
}
