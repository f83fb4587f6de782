using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <content>One frame: sealed, written, flushed, and what it then says. For whoever is the writer.</content>
public sealed partial class SegmentedLog
{
    /// <summary>A caller is not kept for longer than about so much: two changes of threads cost a few tens of microseconds.</summary>
    private static readonly TimeSpan QuickFlush = TimeSpan.FromMilliseconds(1);

    private readonly FramePlan _plan = new();
    private long _usualFlushTicks;

    /// <summary>Whether the disk has been quick of late. A hint; readable from any thread.</summary>
    private bool IsQuick => Volatile.Read(ref _usualFlushTicks) <= QuickFlush.Ticks;

    /// <summary>Writes the plan as one frame and flushes it; on success what it says is known to all.</summary>
    /// <returns>False when the disk is full: nothing was written. Throws <see cref="StorageFaultException"/> at the second failure.</returns>
    private bool TryWritePlan(bool mayUseReserve)
    {
        _plan.Measure();
        bool isPrepared = false;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                if ((attempt > 0 || !Fits(_plan.FrameBytes, mayUseReserve)) && !TryRoll(isRetry: attempt > 0))
                {
                    return false;
                }

                if (!isPrepared)
                {
                    _encoder.Prepare(_plan);
                    isPrepared = true;
                }

                WriteFrame();
                return true;
            }
            catch (StorageFaultException fault) when (attempt == 0)
            {
                // What became of the frame cannot be known, and asking again would lie: the kernel has dropped what
                // it could not write. The segment ends at its last durable frame; all of this one goes to a new one.
                _hooks.SegmentAbandoned?.Invoke(fault);
            }
        }
    }

    private void WriteFrame()
    {
        Segment segment = _active!;
        ReadOnlySpan<byte> frame = _encoder.Seal(_plan, segment, _activeCipher!, out UInt128 tag);
        var place = new FrameSpan(
            0, segment.UseId, (uint)(segment.EndOffset / LogFormat.BlockBytes), (uint)(frame.Length / LogFormat.BlockBytes), default);
        long began = _time.GetTimestamp();
        segment.File.Write(segment.EndOffset, frame);
        segment.File.Flush();
        TimeSpan took = _time.GetElapsedTime(began);
        Volatile.Write(ref _usualFlushTicks, ((7 * _usualFlushTicks) + took.Ticks) / 8);
        TellFlushed(frame.Length, took);
        segment.Extend(frame.Length, segment.LastFrame + 1, tag);
        _encoder.Publish(_plan, place);
        TakeOver(place);
        _isSealed = _plan.Flags != FrameFlags.None;
        if (!_isSealed)
        {
            StartIdleTimer();
        }
    }

    private void TellFlushed(int bytes, TimeSpan took)
    {
        if (_hooks.Flushed is not { } flushed || _plan.Appends.Count == 0)
        {
            return;
        }

        int entries = 0;
        foreach (QueuedAppend queued in _plan.Appends)
        {
            entries += queued.Append.Entries.Count;
        }

        flushed(new LogFlush(entries, bytes, took));
    }

    /// <summary>The frame is durable: the shards' states follow.</summary>
    private void TakeOver(FrameSpan place)
    {
        foreach (QueuedAppend queued in _plan.Appends)
        {
            ShardLog shard = queued.Shard;
            shard.Domain = queued.Append.Domain;
            if (queued.Append.HardState is { } state)
            {
                shard.SetHardState(state, place.UseId);
            }

            shard.Append(queued.Append.Entries, place with { Domain = shard.Domain });
        }

        foreach (ShardControl control in _plan.Controls)
        {
            if (control.HardState is not null)
            {
                control.Shard.HardStateUse = place.UseId;
            }

            if (control.Truncation is { } truncation)
            {
                control.Shard.TruncationUse = place.UseId;
                control.Shard.WrittenTruncation = truncation.Index;
                if (control.IsReset)
                {
                    control.Shard.Reset(truncation.Index.Value, truncation.Term.Value);
                    control.Shard.AcceptAnew();
                }
            }
        }
    }

    /// <summary>True where the next frame needs a segment that nobody has prepared. For whoever is the writer.</summary>
    private bool MustMakeSegmentFor(int recordBytes) =>
        !_pool.HasSpare && !Fits(recordBytes + LogFormat.BlockBytes, mayUseReserve: false);

    private bool Fits(int frameBytes, bool mayUseReserve)
    {
        long reserve = mayUseReserve || _pool.HasSpare ? 0 : _options.ReserveBytes;
        return !_mustRoll && _active!.EndOffset + frameBytes <= _activeCapacity - reserve;
    }
}
