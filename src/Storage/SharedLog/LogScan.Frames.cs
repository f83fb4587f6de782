using System.Diagnostics.CodeAnalysis;
using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <content>Every frame of the chain, and the records in it.</content>
internal sealed partial class LogScan
{
    private void ReadChain()
    {
        if (Chain.Count == 0)
        {
            return;
        }

        for (int i = 0; i < Chain.Count; i++)
        {
            SegmentHeader? successor = i + 1 < Chain.Count ? Chain[i + 1].Header : null;
            ReadSegment(Chain[i], successor);
        }

        CheckOldest();
    }

    private void ReadSegment(Segment segment, SegmentHeader? successor)
    {
        using SegmentCipher? cipher = SegmentCipher.TryCreate(_keys, segment.Header);
        Invariant.Check(cipher is not null);
        var scanner = new SegmentScanner(segment.Header, segment.File, cipher);
        long end = successor?.PredecessorEnd ?? long.MaxValue;
        IsCleanStop = false;
        while (scanner.Offset < end)
        {
            if (scanner.TryRead(out SealedFrame frame, out string? damage) && TryOpenSections(frame, cipher, out damage))
            {
                TakeOver(frame, segment);
                scanner.Pass(frame);
                continue;
            }

            long badOffset = scanner.Offset;
            ulong badFrame = scanner.NextFrame;
            bool looksBegun = scanner.LooksBegun();
            bool hasLater = scanner.TrySkipTo(out _) && scanner.Offset < end;
            if (successor is null && !hasLater)
            {
                EndTail(segment, badOffset, badFrame, looksBegun, damage);
                return;
            }

            Damage(segment.File.Path, At(badOffset, badFrame), damage);
            if (!hasLater)
            {
                return;
            }

            // Behind a hole the frames still tell what else is wrong; the log is refused anyway.
            segment.SkipTo(scanner.Offset, scanner.NextFrame, scanner.PreviousTag);
        }

        if (successor is not null && (scanner.Offset != end || scanner.PreviousTag != successor.PredecessorTag
            || scanner.NextFrame != successor.FirstFrame))
        {
            Damage(segment.File.Path, At(scanner.Offset, scanner.NextFrame - 1),
                $"the segment does not end as the next one says: at offset {end} with frame {successor.FirstFrame - 1}");
        }
    }

    /// <summary>No whole frame follows: the log ends here, by design or by a crash.</summary>
    private void EndTail(Segment segment, long offset, ulong frame, bool looksBegun, string damage)
    {
        if (IsCleanStop)
        {
            return;
        }

        if (looksBegun)
        {
            TailCut = new LogTailCut(segment.File.Path, offset, frame);
        }

        _findings.Add(new StorageFinding(false, segment.File.Path, At(offset, frame), looksBegun
            ? $"torn by a crash, or damaged after all was written: no later frame tells which ({damage})"
            : "the log ends here without the seal of a clean stop"));
    }

    private bool TryOpenSections(in SealedFrame frame, SegmentCipher cipher, [NotNullWhen(false)] out string? damage)
    {
        damage = null;
        _sections.Clear();
        if (_clear.Length < frame.Header.Bytes)
        {
            _clear = new byte[frame.Header.Bytes];
        }

        int offset = 0;
        for (int i = 0; i < frame.Header.SectionCount; i++)
        {
            SectionDescriptor section = frame.Section(i);
            switch (frame.Open(i, cipher, _clear.AsSpan(offset, section.Length)))
            {
                case SectionOutcome.Opened:
                    _sections.Add((section.Domain, offset, section.Length));
                    break;
                case SectionOutcome.KeyUnknown:
                    UnreadableSections++;
                    break;
                default:
                    damage = $"section {i} of frame {frame.Header.Number} fails its check";
                    return false;
            }

            offset += section.Length;
        }

        return true;
    }

    private void TakeOver(in SealedFrame frame, Segment segment)
    {
        FrameHeader header = frame.Header;
        for (int i = 0; i < header.SectionCount; i++)
        {
            SectionDescriptor section = frame.Section(i);
            segment.UseKey(section.Domain, section.Key);
        }

        IsCleanStop = header.Flags.HasFlag(FrameFlags.ShutdownSeal);
        Note = [];
        foreach ((KeyDomainId domain, int offset, int length) in _sections)
        {
            TakeOver(_clear.AsSpan(offset, length), new FrameSpan(0, header.UseId, header.Position, header.Blocks, domain), segment, header);
        }

        segment.Extend(header.Bytes, header.Number, frame.Tag);
        Frames++;
    }

    private void TakeOver(ReadOnlySpan<byte> section, FrameSpan place, Segment segment, FrameHeader header)
    {
        var reader = new RecordReader(section);
        while (reader.Next())
        {
            switch (reader.Kind)
            {
                case RecordKind.Entries:
                    ShardLog shard = ShardOf(reader.Shard, place.Domain);
                    for (ulong index = reader.Index.Value; reader.NextEntry(); index++)
                    {
                        if (!shard.TryAppend(index, reader.Term.Value, place))
                        {
                            Damage(segment.File.Path, At(segment.EndOffset, header.Number),
                                $"entry {index} of shard {reader.Shard} does not continue that shard");
                            break;
                        }
                    }

                    break;
                case RecordKind.HardState:
                    ShardOf(reader.Shard, place.Domain).SetHardState(reader.HardState, place.UseId);
                    break;
                case RecordKind.Truncation or RecordKind.Reset:
                    ShardLog truncated = ShardOf(reader.Shard, place.Domain);
                    if (reader.Kind == RecordKind.Reset)
                    {
                        truncated.Reset(reader.Index.Value, reader.Term.Value);
                    }
                    else
                    {
                        truncated.Truncate(reader.Index.Value, reader.Term.Value);
                    }

                    truncated.TruncationUse = place.UseId;
                    truncated.WrittenTruncation = reader.Index;
                    break;
                case RecordKind.Freed:
                    FreedThrough = Math.Max(FreedThrough, reader.FreedThrough);
                    break;
                case RecordKind.Note:
                    Note = reader.Note.ToArray();
                    break;
            }
        }

        if (reader.IsMalformed)
        {
            Damage(segment.File.Path, At(segment.EndOffset, header.Number), "holds a record that this version cannot read");
        }
    }

    private ShardLog ShardOf(ShardId id, KeyDomainId domain)
    {
        if (!_shards.TryGetValue(id, out ShardLog? shard))
        {
            _shards.Add(id, shard = new ShardLog(id));
        }

        shard.Domain = domain;
        return shard;
    }
}
