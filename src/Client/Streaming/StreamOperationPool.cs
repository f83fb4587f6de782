using System.Collections.Concurrent;

namespace Nacre.Client.Streaming;

/// <summary>Operations that wait for their next use.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StreamOperationPool(int capacity)
{
    private readonly ConcurrentQueue<StreamOperation> _idle = new();
    private int _count;

    public StreamOperation Rent()
    {
        if (_idle.TryDequeue(out StreamOperation? operation))
        {
            Interlocked.Decrement(ref _count);
            return operation;
        }

        return new StreamOperation(this);
    }

    public void Return(StreamOperation operation)
    {
        if (Interlocked.Increment(ref _count) <= capacity)
        {
            _idle.Enqueue(operation);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
