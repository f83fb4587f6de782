namespace Nacre.Storage.Documents;

/// <summary>
/// How much log the records of a store take for each of their own bytes: pages have room left at their ends, the more
/// the larger records are. Without it that room would look dead, and be compacted for ever.
/// </summary>
/// <remarks>Thread: the applier. Learns from what is written and copied, and forgets slowly.</remarks>
internal sealed class LogFill
{
    /// <summary>Past so many bytes, what was learnt before counts half.</summary>
    private const long MemoryBytes = 64 << 20;

    /// <summary>Below so many bytes nothing is known yet: one page says too little.</summary>
    private const long LeastBytes = 1 << 20;

    private const double MostRatio = 4;

    private long _records;
    private long _log;

    /// <summary>Bytes of log for a byte of records; from 1.</summary>
    public double Ratio => _records < LeastBytes ? 1 : Math.Clamp((double)_log / _records, 1, MostRatio);

    /// <summary>Learns.</summary>
    /// <param name="records">Bytes of records written.</param>
    /// <param name="log">By how much the log grew.</param>
    public void Learn(long records, long log)
    {
        _records += records;
        _log += log;
        if (_records > MemoryBytes)
        {
            _records /= 2;
            _log /= 2;
        }
    }
}
