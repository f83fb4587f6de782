using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;

namespace Nacre.Storage.SharedLog;

/// <content>Recovery: reading what is there, and beginning a segment of one's own.</content>
public sealed partial class SegmentedLog
{
    private UInt128 _logId;
    private ulong _nextUseId = 1;

    /// <summary>Opens the log of a folder, or makes a new one: reads and verifies every frame, cuts a torn tail, and begins a new segment.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="files">The disk.</param>
    /// <param name="keys">Keys of every domain that still has entries in the log.</param>
    /// <param name="random">For salts and the log's id.</param>
    /// <param name="time">For the idle seal.</param>
    /// <param name="hooks">Who is told; null for nobody.</param>
    /// <param name="expectedEnd">
    /// Where the log ended at a clean stop, if that was the last thing that happened to it; another end is damage then.
    /// Null after a crash. Who keeps it must forget it, durably, before the first append.
    /// </param>
    /// <returns>
    /// The log. Throws <see cref="StorageFaultException"/>: Corrupt when frames that were durable are damaged or
    /// missing, or <see cref="LogHooks.Found"/> says so (nothing on disk was changed then), NoSpace or Io when the disk refuses.
    /// </returns>
    public static SegmentedLog Open(
        SegmentedLogOptions options, IFileSystem files, IDataKeys keys, IRandomSource random, TimeProvider time,
        LogHooks? hooks = null, LogEnd? expectedEnd = null) =>
        Open(options, files, keys, random, time, hooks, expectedEnd, isManual: false);

    /// <summary>Opens a log without threads: <see cref="Pump"/> does the writer's work on the caller's.</summary>
    internal static SegmentedLog OpenManual(
        SegmentedLogOptions options, IFileSystem files, IDataKeys keys, IRandomSource random, TimeProvider time,
        LogHooks? hooks = null, LogEnd? expectedEnd = null) =>
        Open(options, files, keys, random, time, hooks, expectedEnd, isManual: true);

    private static SegmentedLog Open(
        SegmentedLogOptions options, IFileSystem files, IDataKeys keys, IRandomSource random, TimeProvider time, LogHooks? hooks,
        LogEnd? expectedEnd, bool isManual)
    {
        options.Validate();
        files.CreateDirectory(options.Directory);
        LogScan scan = LogScan.Run(files, options.Directory, keys, expectedEnd);
        if (scan.Findings.FirstOrDefault(finding => finding.IsDamage) is { } damage)
        {
            scan.Close();
            throw new StorageFaultException(StorageFaultKind.Corrupt, damage.File, damage.Place, damage.What);
        }

        var log = new SegmentedLog(options, files, keys, random, time, hooks ?? new LogHooks(), scan, isManual);
        bool done = false;
        try
        {
            if (hooks?.Found?.Invoke(log.Recovery.Shards) is { } fault)
            {
                throw fault;
            }

            log.RemoveLeftovers(scan);
            Invariant.Check(log.TryRoll(isRetry: true));
            done = true;
        }
        finally
        {
            if (!done)
            {
                log._background?.Stop();
                log._idleTimer.Dispose();
                log.CloseFiles();
            }
        }

        log._queue.Wake();
        log._writer?.Start();
        return log;
    }

    private LogRecovery TakeOver(LogScan scan)
    {
        foreach ((ShardId id, ShardLog shard) in scan.Shards)
        {
            _shards.Add(id, shard);
        }

        _segments.AddRange(scan.Chain);
        foreach (Segment segment in _segments)
        {
            segment.Unused = Recycle;
        }

        _freedThrough = scan.FreedThrough;
        _pool.StartAbove(scan.HighestFileId);
        if (scan.Chain.Count > 0)
        {
            _active = scan.Chain[^1];
            _logId = _active.Header.LogId;
            _nextUseId = _active.UseId + 1;
        }
        else
        {
            _logId = RandomUInt128();
        }

        return new LogRecovery
        {
            Shards = scan.Shards.ToDictionary(pair => pair.Key, pair => pair.Value.State),
            TailCut = scan.TailCut,
            IsCleanStop = scan.IsCleanStop,
            Note = scan.Note,
            End = scan.End,
            UnreadableSections = scan.UnreadableSections,
            Segments = scan.Chain.Count,
        };
    }

    /// <summary>
    /// Removes files that no longer belong to the log, and what a crash left behind the last whole frame: on a full
    /// disk that is the room for a new segment.
    /// </summary>
    private void RemoveLeftovers(LogScan scan)
    {
        foreach (Leftover leftover in scan.Others)
        {
            if (leftover.Segment is { } freed && freed.UseId <= scan.FreedThrough)
            {
                _hooks.BeforeSegmentFreed?.Invoke(freed);
            }

            _files.Delete(leftover.Path);
        }

        if (scan.Others.Count > 0)
        {
            _files.SyncDirectory(_options.Directory);
        }

        foreach (Segment segment in _segments)
        {
            if (segment.File.Length > segment.EndOffset)
            {
                segment.File.SetLength(segment.EndOffset);
                segment.File.Flush();
            }
        }
    }

    private UInt128 RandomUInt128()
    {
        Span<byte> bytes = stackalloc byte[LogFormat.SaltBytes];
        _random.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
