using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Storage.SharedLog;

/// <summary>Seals a plan's records into a frame.</summary>
/// <remarks>Belongs to the writer. Records are laid out once and sealed straight into the frame's place.</remarks>
internal sealed class FrameEncoder(IDataKeys keys, SectionRing recent)
{
    private readonly Dictionary<KeyDomainId, DataKeyId> _keysInSegment = [];
    private byte[] _frame = new byte[64 << 10];
    private Memory<byte> _records;

    /// <summary>Lays the records of a plan out; once, however often the frame is then sealed.</summary>
    public void Prepare(FramePlan plan)
    {
        _records = recent.Reserve(plan.RecordBytes);
        int offset = 0;
        foreach (PlannedSection section in plan.Sections)
        {
            plan.Write(section.Domain, _records.Span.Slice(offset, section.Bytes));
            offset += section.Bytes;
        }
    }

    /// <summary>Forgets which keys the segment before used: the next one begins under the current ones.</summary>
    public void BeginSegment() => _keysInSegment.Clear();

    /// <summary>Seals the prepared records as the segment's next frame.</summary>
    /// <param name="plan">What was prepared.</param>
    /// <param name="segment">Where the frame goes.</param>
    /// <param name="cipher">That segment's cipher.</param>
    /// <param name="tag">The frame's tag.</param>
    /// <returns>The frame's bytes; valid until the next call.</returns>
    public ReadOnlySpan<byte> Seal(FramePlan plan, Segment segment, SegmentCipher cipher, out UInt128 tag)
    {
        int bytes = plan.FrameBytes;
        Invariant.Check(bytes <= LogFormat.MaxFrameBytes);
        if (_frame.Length < bytes)
        {
            _frame = GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)bytes));
        }

        Span<byte> frame = _frame.AsSpan(0, bytes);
        ulong number = segment.LastFrame + 1;
        var header = new FrameHeader(
            plan.Flags, plan.Sections.Count, segment.UseId, number, (uint)(bytes / LogFormat.BlockBytes),
            (uint)(segment.EndOffset / LogFormat.BlockBytes), number - 1, segment.LastTag);
        header.Write(frame);

        Span<byte> bound = stackalloc byte[FrameHeader.FixedBytes + SectionDescriptor.BoundBytes];
        int recordsAt = 0;
        int bodyAt = header.BodyAt;
        for (int i = 0; i < plan.Sections.Count; i++)
        {
            PlannedSection section = plan.Sections[i];
            DataKeyId key = KeyOf(section.Domain, segment);
            Span<byte> descriptor = frame.Slice(FrameHeader.FixedBytes + (i * SectionDescriptor.Bytes), SectionDescriptor.Bytes);
            new SectionDescriptor(section.Domain, key, section.Bytes, default).WriteBound(descriptor);
            SealedFrame.Bind(frame, descriptor, bound);
            cipher.SealSection(
                section.Domain, key, number, bound, _records.Span.Slice(recordsAt, section.Bytes),
                frame.Slice(bodyAt, section.Bytes), descriptor[SectionDescriptor.BoundBytes..]);
            recordsAt += section.Bytes;
            bodyAt += section.Bytes;
        }

        cipher.TagFrame(number, frame[..header.TagAt], frame.Slice(header.TagAt, LogFormat.TagBytes));
        frame[bodyAt..].Clear();
        tag = LogFormat.ReadTag(frame[header.TagAt..]);
        return frame;
    }

    /// <summary>Gives the prepared records to readers; the frame is durable.</summary>
    public void Publish(FramePlan plan, FrameSpan frame)
    {
        int offset = 0;
        foreach (PlannedSection section in plan.Sections)
        {
            recent.Publish(frame with { Domain = section.Domain }, _records, offset, section.Bytes);
            offset += section.Bytes;
        }
    }

    private DataKeyId KeyOf(KeyDomainId domain, Segment segment)
    {
        if (!_keysInSegment.TryGetValue(domain, out DataKeyId key))
        {
            // A domain keeps its key for the whole segment, however often the key ring rotates meanwhile.
            key = domain == KeyDomainId.Shared ? segment.Header.Key : keys.Current(domain);
            _keysInSegment.Add(domain, key);
            segment.UseKey(domain, key);
        }

        return key;
    }
}
