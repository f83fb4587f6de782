using FASTER.core;
using Nacre.Core;

namespace Nacre.Storage.Records;

/// <content>Giving back space.</content>
internal sealed partial class FasterRecordStore
{
    /// <summary>
    /// Copies what lives in the oldest part of the log to its end. The rest stays readable until <see cref="Release"/>:
    /// a reader's view may still show it. Not through FASTER's own compaction: the scanning kind builds a second store
    /// of 16 GiB, and both ask the hash index which
    /// record is the newest of its key, where here only the trees know what lives.
    /// </summary>
    /// <param name="liveness">Decides.</param>
    /// <param name="maxBytes">Bytes of log to look at.</param>
    /// <param name="stop">Where compaction must stop: the end of the newest durable checkpoint.</param>
    /// <returns>Bytes of log looked at.</returns>
    public long CompactSlice(ILiveness liveness, long maxBytes, long stop)
    {
        Invariant.Check(maxBytes > 0);
        long from = _compacted;
        long until = Math.Min(stop, from + maxBytes);
        if (from >= until)
        {
            return 0;
        }

        long faults = _faults.ReadFaults;
        (long next, long passed) = CopyLive(liveness, from, until, stop);

        // Records that could not be read would have been passed over in silence.
        _faults.ThrowIfFailed();
        if (_faults.ReadFaults != faults)
        {
            _faults.ThrowLastRead();
        }

        _compacted = next;
        _records -= passed;
        return next - from;
    }

    /// <summary>Gives up what lies below an address that compaction has passed: it is found no more.</summary>
    public void Release(long begin)
    {
        Invariant.Check(begin <= _compacted);
        if (begin > _store.Log.BeginAddress)
        {
            _store.Log.ShiftBeginAddress(begin, snapToPageStart: false, truncateLog: false);
        }
    }

    private (long Next, long Passed) CopyLive(ILiveness liveness, long from, long until, long stop)
    {
        // A scan reads from disk only up to its end: a record cut by that would be read with zeros for its rest. Pages
        // and the stop are ends of records; any other address is not.
        long pageEnd = (until + _options.PageBytes - 1) / _options.PageBytes * _options.PageBytes;
        using IFasterScanIterator<RecordKey, SpanByte> scan =
            _store.Log.Scan(from, Math.Min(stop, pageEnd), ScanBufferingMode.SinglePageBuffering);
        long passed = 0;
        while (scan.NextAddress < until && scan.GetNext(out _))
        {
            RecordKey key = scan.GetKey();
            ReadOnlySpan<byte> value = scan.GetValue().AsReadOnlySpan();
            if (key.High != FillerHigh && liveness.IsLive(key, value))
            {
                // The reserve is for what was committed: of a full disk's, compaction takes what dropped records leave little of.
                Append(key, value, [], _options.ReserveBytes / 8 * 7);
            }

            passed++;
        }

        return (Math.Min(scan.NextAddress, stop), passed);
    }
}
