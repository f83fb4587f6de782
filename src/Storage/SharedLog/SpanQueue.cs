namespace Nacre.Storage.SharedLog;

/// <summary>A queue with an index: added to and cut at its end, emptied from its front.</summary>
/// <typeparam name="T">What it holds.</typeparam>
internal sealed class SpanQueue<T>
    where T : struct
{
    private T[] _items = new T[4];
    private int _head;

    /// <summary>How many it holds.</summary>
    public int Count { get; private set; }

    /// <summary>One of them, from 0 at the front.</summary>
    public ref readonly T this[int index] => ref _items[(_head + index) & (_items.Length - 1)];

    /// <summary>Adds one at the end.</summary>
    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            var larger = new T[_items.Length * 2];
            for (int i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            _items = larger;
            _head = 0;
        }

        _items[(_head + Count++) & (_items.Length - 1)] = item;
    }

    /// <summary>Takes the first away.</summary>
    public void RemoveFirst()
    {
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
    }

    /// <summary>Takes the last away.</summary>
    public void RemoveLast() => Count--;

    /// <summary>Takes all away.</summary>
    public void Clear()
    {
        Count = 0;
        _items = new T[4];
        _head = 0;
    }
}
