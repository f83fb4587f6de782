using System.Globalization;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Storage.SharedLog;

/// <summary>Reads a whole log: which segments belong to it, every frame in them, and what they say of each shard.</summary>
/// <remarks>
/// Not thread-safe. Changes nothing on disk. Damage becomes findings, and reading goes on behind it, so that one
/// pass tells all; who opens the log for use must refuse when <see cref="HasDamage"/>.
/// </remarks>
internal sealed partial class LogScan
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly IDataKeys _keys;
    private readonly List<StorageFinding> _findings = [];
    private readonly SortedDictionary<ShardId, ShardLog> _shards = [];
    private readonly List<(KeyDomainId Domain, int Offset, int Length)> _sections = [];
    private byte[] _clear = [];

    private LogScan(IFileSystem files, string directory, IDataKeys keys)
    {
        _files = files;
        _directory = directory;
        _keys = keys;
    }

    /// <summary>What is wrong, and what is worth noting.</summary>
    public IReadOnlyList<StorageFinding> Findings => _findings;

    /// <summary>True when a finding is damage.</summary>
    public bool HasDamage => _findings.Exists(finding => finding.IsDamage);

    /// <summary>The log's segments, oldest first, open; the caller owns them.</summary>
    public List<Segment> Chain { get; } = [];

    /// <summary>Segment files that do not belong to the log, and why.</summary>
    public List<Leftover> Others { get; } = [];

    /// <summary>The shards.</summary>
    public IReadOnlyDictionary<ShardId, ShardLog> Shards => _shards;

    /// <summary>The tail that must be cut; null when the last frame is whole.</summary>
    public LogTailCut? TailCut { get; private set; }

    /// <summary>True when the last frame seals a clean stop.</summary>
    public bool IsCleanStop { get; private set; }

    /// <summary>What the node left with that seal.</summary>
    public byte[] Note { get; private set; } = [];

    /// <summary>Sections whose data key is not known.</summary>
    public long UnreadableSections { get; private set; }

    /// <summary>Frames that were read and are whole.</summary>
    public long Frames { get; private set; }

    /// <summary>Segments through this use id are free.</summary>
    public ulong FreedThrough { get; private set; }

    /// <summary>The highest file id of a segment file.</summary>
    public ulong HighestFileId { get; private set; }

    /// <summary>Where the log ends; null for an empty folder.</summary>
    public LogEnd? End => Chain.Count == 0
        ? null
        : new LogEnd(Chain[^1].UseId, Chain[^1].LastFrame, Chain[^1].EndOffset, Chain[^1].LastTag);

    /// <summary>Reads the log in a folder. Throws <see cref="StorageFaultException"/> when the disk refuses a read.</summary>
    public static LogScan Run(IFileSystem files, string directory, IDataKeys keys, LogEnd? expectedEnd)
    {
        var scan = new LogScan(files, directory, keys);
        bool done = false;
        try
        {
            scan.BuildChain();
            scan.ReadChain();
            scan.CheckShards();
            scan.CheckEnd(expectedEnd);
            scan.CheckTidy(isStoppedCleanly: expectedEnd is not null);
            done = true;
            return scan;
        }
        finally
        {
            if (!done)
            {
                scan.Close();
            }
        }
    }

    /// <summary>Closes the segments' files.</summary>
    public void Close()
    {
        foreach (Segment segment in Chain)
        {
            segment.File.Dispose();
        }
    }

    private void Damage(string file, string place, string what) =>
        _findings.Add(new StorageFinding(true, file, place, what));

    private static string At(long offset) => string.Create(CultureInfo.InvariantCulture, $"offset {offset}");

    private static string At(long offset, ulong frame) =>
        string.Create(CultureInfo.InvariantCulture, $"offset {offset}, frame {frame}");

    private void CheckEnd(LogEnd? expectedEnd)
    {
        if (expectedEnd is { } expected && End != expected)
        {
            Damage(_directory, $"segment of use {expected.UseId}, {At(expected.Offset, expected.Frame)}", End is { } end
                ? $"the log was stopped cleanly there, but ends in use {end.UseId} at offset {end.Offset} with frame {end.Frame}"
                : "the log was stopped cleanly there, but is empty");
        }
    }

    /// <summary>
    /// A clean stop leaves nothing but what belongs to the log. A crash between its seal and the tidying is no damage,
    /// but then nobody was told where the log ended.
    /// </summary>
    private void CheckTidy(bool isStoppedCleanly)
    {
        if (!IsCleanStop)
        {
            return;
        }

        foreach (Leftover other in Others)
        {
            _findings.Add(new StorageFinding(
                isStoppedCleanly, other.Path, At(0), $"does not belong to the log, which was stopped cleanly: {other.Why}"));
        }

        foreach (Segment segment in Chain)
        {
            long excess = segment.File.Length - segment.EndOffset;
            if (excess != 0)
            {
                _findings.Add(new StorageFinding(
                    isStoppedCleanly, segment.File.Path, At(segment.EndOffset),
                    $"has {excess} bytes behind its last frame, though the log was stopped cleanly"));
            }
        }
    }

    private void CheckShards()
    {
        foreach (ShardLog shard in _shards.Values)
        {
            if (!shard.IsComplete || shard.OldestUse < Chain[0].UseId)
            {
                Damage(_directory, $"shard {shard.Id}",
                    $"entries right above index {shard.State.TruncationIndex} are missing");
            }
        }
    }
}
