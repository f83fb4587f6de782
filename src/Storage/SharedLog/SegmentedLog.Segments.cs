using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <content>Beginning segments, freeing them, and using their files again.</content>
public sealed partial class SegmentedLog
{
    private const int MaxControlsInFrame = 128;

    private readonly Lock _segmentsLock = new();
    private readonly List<Segment> _segments = [];
    private readonly byte[] _headerBlock = new byte[LogFormat.BlockBytes];
    private Segment? _active;
    private SegmentCipher? _activeCipher;
    private long _activeCapacity;
    private ulong _freedThrough;
    private bool _mustRoll;
    private volatile bool _hasNewTruncations;
    private volatile bool _mayFree = true;

    /// <summary>Begins the next segment: its header, which says where the one before ends, is synced before this returns.</summary>
    /// <param name="isRetry">True after a failure: then a full disk is one more.</param>
    /// <returns>False when the disk is full; nothing was written.</returns>
    private bool TryRoll(bool isRetry)
    {
        PreparedFile? file;
        try
        {
            if (!_pool.TryTake(out file))
            {
                file = _pool.CreateNow(_options.InitialSegmentBytes);
            }
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace && !isRetry)
        {
            return false;
        }

        bool done = false;
        SegmentCipher? cipher = null;
        try
        {
            var header = new SegmentHeader
            {
                Key = _keys.Current(KeyDomainId.Shared),
                LogId = _logId,
                FileId = file.FileId,

                // A use id is spent even when its header never becomes durable: that cannot be known.
                UseId = _nextUseId++,
                Salt = RandomUInt128(),
                Capacity = file.Capacity,
                FirstFrame = (_active?.LastFrame ?? 0) + 1,
                Predecessor = _active?.UseId ?? 0,
                PredecessorEnd = _active?.EndOffset ?? 0,
                PredecessorTag = _active?.LastTag ?? 0,
                FreedThrough = _freedThrough,
            };
            cipher = SegmentCipher.TryCreate(_keys, header);
            Invariant.Check(cipher is not null);
            header = header.Seal(_headerBlock, cipher);

            // Should this fail, the header may still be on the disk, and it says where the segment before it ends.
            _mustRoll = true;
            file.File.Write(0, _headerBlock);
            file.File.Flush();
            Begin(new Segment(header, file.File, _keys) { Unused = Recycle }, cipher, file.Capacity);
            _mustRoll = false;
            done = true;
            return true;
        }
        finally
        {
            if (!done)
            {
                cipher?.Dispose();
                _pool.Discard(file);
            }
        }
    }

    private void Begin(Segment segment, SegmentCipher cipher, long capacity)
    {
        Segment? previous = _active;
        _activeCipher?.Dispose();
        _activeCipher = cipher;
        _activeCapacity = capacity;
        _encoder.BeginSegment();
        lock (_segmentsLock)
        {
            _active = segment;
            _segments.Add(segment);
        }

        if (previous is not null)
        {
            _pool.Trim(previous.File, previous.EndOffset);
        }

        _mayFree = true;
        ReportPinningShards();
    }

    private void ReportPinningShards()
    {
        if (_hooks.ShardPinned is not { } report)
        {
            return;
        }

        foreach (ShardLog shard in ShardsSnapshot())
        {
            if (shard.OldestUse is { } oldest)
            {
                int pinned = _segments.Count(segment => segment.UseId >= oldest);
                if (pinned > _options.MaxPinnedSegments)
                {
                    report(shard.Id, pinned);
                }
            }
        }
    }

    private bool WantsSpare => _active!.EndOffset > _activeCapacity / 2 && !_pool.HasSpare;

    /// <summary>Has the next segment's file made while this one still has room.</summary>
    private void KeepSpareReady()
    {
        if (_active!.EndOffset > _activeCapacity / 2)
        {
            _pool.Request(Math.Min(_options.SegmentBytes, 2 * _activeCapacity));
        }
    }

    /// <summary>Frees the oldest segments that hold nothing needed any more.</summary>
    private void FreeSegments()
    {
        _mayFree = false;
        ulong keepFrom = _active!.UseId;
        ShardLog[] shards = ShardsSnapshot();
        foreach (ShardLog shard in shards)
        {
            keepFrom = Math.Min(keepFrom, shard.OldestUse ?? ulong.MaxValue);
        }

        int count = _segments.FindIndex(segment => segment.UseId >= keepFrom);
        if (count <= 0)
        {
            return;
        }

        ulong through = _segments[count - 1].UseId;
        if (!TryMoveStates(shards, through))
        {
            return;
        }

        Segment[] freed;
        lock (_segmentsLock)
        {
            freed = [.. _segments.Take(count)];
            _segments.RemoveRange(0, count);
        }

        _freedThrough = through;
        foreach (Segment segment in freed)
        {
            segment.Release();
        }
    }

    /// <summary>
    /// Writes what of the shards' states stands only in segments to be freed, and that they are: durable before one
    /// of them is touched.
    /// </summary>
    /// <returns>False when there is no room for it: nothing is freed.</returns>
    private bool TryMoveStates(ShardLog[] shards, ulong through)
    {
        var controls = new Queue<ShardControl>(
            shards.Select(shard => ControlOf(shard, through)).OfType<ShardControl>().OrderBy(control => control.Domain));
        do
        {
            _plan.Clear();
            for (int domains = 0; controls.TryPeek(out ShardControl control); controls.Dequeue())
            {
                domains += _plan.Controls.Count == 0 || _plan.Controls[^1].Domain != control.Domain ? 1 : 0;
                if (domains > LogFormat.MaxSections - 1 || _plan.Controls.Count == MaxControlsInFrame)
                {
                    break;
                }

                _plan.Controls.Add(control);
            }

            _plan.FreedThrough = controls.Count == 0 ? through : 0;
            if (!TryWritePlan(mayUseReserve: true))
            {
                return false;
            }
        }
        while (_plan.FreedThrough == 0);

        return true;
    }

    /// <summary>What a shard has to write when segments through a use id go: what stands there only, and a newer truncation in any case.</summary>
    private static ShardControl? ControlOf(ShardLog shard, ulong freedThrough)
    {
        ShardLogState state = shard.State;
        bool moveTruncation = state.TruncationIndex.Value != 0
            && (state.TruncationIndex != shard.WrittenTruncation || shard.TruncationUse <= freedThrough);
        bool moveHardState = state.HardState != default && shard.HardStateUse <= freedThrough;
        return moveTruncation || moveHardState
            ? new ShardControl(
                shard, shard.Domain, moveHardState ? state.HardState : null,
                moveTruncation ? (state.TruncationIndex, state.TruncationTerm) : null)
            : null;
    }

    /// <summary>The log and its readers are through with a segment: its file may be used again.</summary>
    private void Recycle(Segment segment) => _pool.Return(
        segment.Header.FileId, segment.File, _options.SegmentBytes,
        () => _hooks.BeforeSegmentFreed?.Invoke(segment.Describe(isActive: false)));

    private ShardLog[] ShardsSnapshot()
    {
        lock (_shardsLock)
        {
            return [.. _shards.Values];
        }
    }
}
