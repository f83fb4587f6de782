using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <content>Which files are the log, in what order.</content>
internal sealed partial class LogScan
{
    private void BuildChain()
    {
        var candidates = new Dictionary<ulong, Segment>();
        foreach (string name in _files.ListFiles(_directory))
        {
            string path = Path.Combine(_directory, name);
            if (!LogFormat.TryParseFileName(name, out ulong fileId))
            {
                _findings.Add(new StorageFinding(false, path, "file", "is no segment: nothing else belongs in the log's folder"));
                continue;
            }

            HighestFileId = Math.Max(HighestFileId, fileId);
            if (!TryOpenSegment(path, fileId, out Segment? segment, out string? why))
            {
                Others.Add(new Leftover(path, why, Segment: null));
            }
            else if (!candidates.TryAdd(segment.UseId, segment))
            {
                Damage(path, At(0), $"use {segment.UseId} is in {candidates[segment.UseId].File.Path} too");
                segment.File.Dispose();
            }
        }

        Segment? last = candidates.Count == 0 ? null : candidates[candidates.Keys.Max()];
        while (last is not null)
        {
            candidates.Remove(last.UseId);
            Chain.Insert(0, last);
            FreedThrough = Math.Max(FreedThrough, last.Header.FreedThrough);
            last = last.Header.Predecessor > FreedThrough ? candidates.GetValueOrDefault(last.Header.Predecessor) : null;
        }

        foreach (Segment other in candidates.Values)
        {
            if (other.Header.LogId != Chain[^1].Header.LogId)
            {
                Damage(other.File.Path, At(0), "is a segment of another log");
            }

            AddFreed(other);
        }

        CheckOthersForFrames();
    }

    /// <summary>
    /// A header is synced before the first frame: a file with frames newer than the chain has lost its header.
    /// </summary>
    private void CheckOthersForFrames()
    {
        ulong newest = Chain.Count == 0 ? 0 : Chain[^1].UseId;
        foreach ((string path, string why, _) in Others)
        {
            using IStorageFile file = _files.Open(path, StorageFileMode.Existing);
            ulong claimed = SegmentScanner.HighestClaimedUse(file);
            if (claimed > newest)
            {
                Damage(path, At(0), $"holds frames of use {claimed}, but not that use's header: {why}");
            }
        }
    }

    private bool TryOpenSegment(
        string path, ulong fileId, [NotNullWhen(true)] out Segment? segment, [NotNullWhen(false)] out string? why)
    {
        segment = null;
        IStorageFile file = _files.Open(path, StorageFileMode.Existing);
        try
        {
            byte[] block = new byte[LogFormat.BlockBytes];
            int read = file.Read(0, block);
            why = ReadHeader(block.AsSpan(0, read), fileId, out SegmentHeader? header);
            segment = header is null ? null : new Segment(header, file, _keys);
            return why is null;
        }
        finally
        {
            if (segment is null)
            {
                file.Dispose();
            }
        }
    }

    /// <summary>Reads and verifies a header.</summary>
    /// <returns>Why there is none; null when there is.</returns>
    private string? ReadHeader(ReadOnlySpan<byte> block, ulong fileId, out SegmentHeader? header)
    {
        header = null;
        if (!SegmentHeader.TryRead(block, out SegmentHeader? claimed))
        {
            return "the header is not of this format";
        }

        using SegmentCipher? cipher = SegmentCipher.TryCreate(_keys, claimed);
        if (cipher is null)
        {
            return $"data key {claimed.Key} is not known";
        }

        if (!SegmentHeader.Verify(block, cipher))
        {
            return "the header's tag is wrong";
        }

        if (claimed.FileId != fileId)
        {
            return $"this is the segment of {LogFormat.FileName(claimed.FileId)}";
        }

        header = claimed;
        return null;
    }

    private void CheckOldest()
    {
        SegmentHeader oldest = Chain[0].Header;
        if (oldest.Predecessor > FreedThrough)
        {
            Damage(_directory, $"segment of use {oldest.Predecessor}", "is missing or its header cannot be read");
        }

        while (Chain.Count > 1 && Chain[0].UseId <= FreedThrough)
        {
            AddFreed(Chain[0]);
            Chain.RemoveAt(0);
        }
    }

    private void AddFreed(Segment segment)
    {
        Others.Add(new Leftover(segment.File.Path, "its segment was freed", segment.Describe(isActive: false)));
        segment.File.Dispose();
    }
}
