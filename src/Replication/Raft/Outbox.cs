namespace Nacre.Replication.Raft;

/// <summary>Gathers what the core gives out; two arrays change places, so that what was taken stays until the next taking.</summary>
/// <typeparam name="T">What is given out.</typeparam>
internal sealed class Outbox<T>
{
    private T[] _filling = [];
    private T[] _taken = [];
    private int _count;
    private int _takenCount;

    /// <summary>True when there is nothing to take.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Adds one.</summary>
    public void Add(in T item)
    {
        if (_count == _filling.Length)
        {
            Array.Resize(ref _filling, Math.Max(8, _count * 2));
        }

        _filling[_count++] = item;
    }

    /// <summary>Takes all, in order; valid until the next call.</summary>
    public ReadOnlySpan<T> Take()
    {
        if (_count == 0)
        {
            return default;
        }

        _taken.AsSpan(0, _takenCount).Clear();
        (_filling, _taken) = (_taken, _filling);
        _takenCount = _count;
        _count = 0;
        return _taken.AsSpan(0, _takenCount);
    }
}
