namespace Nacre.Storage.Trees;

/// <summary>Walks the keys of a write buffer as of a sequence number, deletions among them. Default: no keys.</summary>
internal struct BufferScan
{
    // Invariants:
    // - _place is 0, or a key inside the bounds with _version its newest version up to _sequence.
    private readonly WriteBuffer? _buffer;
    private readonly uint _sequence;
    private readonly bool _descending;
    private uint _place;
    private uint _version;

    public BufferScan(WriteBuffer buffer, uint sequence, bool descending)
    {
        _buffer = sequence == 0 ? null : buffer;
        _sequence = sequence;
        _descending = descending;
    }

    /// <summary>False at the end.</summary>
    public readonly bool HasCurrent => _place != 0;

    /// <summary>The current key.</summary>
    public readonly ReadOnlySpan<byte> Key => _buffer!.KeyAt(_place);

    /// <summary>Whether the current key was deleted.</summary>
    public readonly bool IsDeletion => _buffer!.IsDeletion(_version);

    /// <summary>The current value.</summary>
    public readonly TreeValue Value => _buffer!.ValueAtVersion(_version);

    /// <summary>Goes to the first key inside bounds.</summary>
    public void Start(in ScanBounds bounds)
    {
        if (_buffer is null)
        {
            return;
        }

        ReadOnlySpan<byte> from = bounds.From.Span;
        _place = _descending ? StartDescending(from, bounds.Inclusive) : StartAscending(from, bounds.Inclusive);
        Settle(bounds);
    }

    /// <summary>Goes to the next key.</summary>
    public void MoveNext(in ScanBounds bounds)
    {
        _place = Step();
        Settle(bounds);
    }

    private readonly uint StartAscending(ReadOnlySpan<byte> from, bool inclusive)
    {
        uint place = _buffer!.AtOrAfter(from);
        return !inclusive && place != 0 && _buffer.KeyAt(place).SequenceEqual(from) ? _buffer.Next(place) : place;
    }

    private readonly uint StartDescending(ReadOnlySpan<byte> from, bool inclusive)
    {
        if (from.IsEmpty)
        {
            return _buffer!.Last();
        }

        uint place = inclusive ? _buffer!.AtOrAfter(from) : 0;
        return place != 0 && _buffer!.KeyAt(place).SequenceEqual(from) ? place : _buffer!.Before(from);
    }

    private readonly uint Step() => _descending ? _buffer!.Before(_buffer.KeyAt(_place)) : _buffer!.Next(_place);

    /// <summary>Passes over keys that came later than the sequence number, and stops at the end.</summary>
    private void Settle(in ScanBounds bounds)
    {
        while (_place != 0)
        {
            if (bounds.IsPast(_buffer!.KeyAt(_place)))
            {
                _place = 0;
                return;
            }

            _version = _buffer.VersionAt(_place, _sequence);
            if (_version != 0)
            {
                return;
            }

            _place = Step();
        }
    }
}
