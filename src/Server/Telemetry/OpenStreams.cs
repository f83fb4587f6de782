using Nacre.Server.Streaming;

namespace Nacre.Server.Telemetry;

/// <summary>The item streams that are open, so that whoever looks can count what is under way in them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OpenStreams
{
    private readonly Lock _guard = new();
    private readonly HashSet<OperationSlots> _streams = [];

    /// <summary>Streams open now.</summary>
    public int Count
    {
        get
        {
            lock (_guard)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Operations of all streams that were taken and are not yet answered.</summary>
    public long Operations
    {
        get
        {
            lock (_guard)
            {
                return _streams.Sum(slots => (long)slots.Open);
            }
        }
    }

    /// <summary>A stream was opened.</summary>
    public void Add(OperationSlots stream)
    {
        lock (_guard)
        {
            _streams.Add(stream);
        }
    }

    /// <summary>A stream has ended.</summary>
    public void Remove(OperationSlots stream)
    {
        lock (_guard)
        {
            _streams.Remove(stream);
        }
    }
}
