using System.Security.Cryptography;
using Google.Protobuf;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>
/// Numbers this client's writes, so that the server executes a repeated one once, and knows below which number
/// everything is over, so that the server may forget.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class IdempotencySequence
{
    // Invariants:
    // - _floor <= _next; numbers in [_floor, _next) were taken; below _floor all are over.
    // - _over[n & mask] for n in [_floor, _next) says whether n is over; _over[_floor & mask] is false unless the interval is empty.
    // - _over.Length is a power of two and at least _next - _floor.
    private readonly Lock _gate = new();
    private ulong _floor = 1;
    private ulong _next = 1;
    private bool[] _over = new bool[64];

    /// <summary>16 random bytes that name this client instance.</summary>
    public ByteString ClientId { get; } = UnsafeByteOperations.UnsafeWrap(RandomNumberGenerator.GetBytes(16));

    /// <summary>All writes below this number are over and will never be sent again.</summary>
    public ulong AnsweredBelow
    {
        get
        {
            lock (_gate)
            {
                return _floor;
            }
        }
    }

    /// <summary>Takes the number of a new write, to be given to <see cref="Release"/> once.</summary>
    public ulong Take()
    {
        lock (_gate)
        {
            if (_next - _floor == (ulong)_over.Length)
            {
                Grow();
            }

            _over[Slot(_next)] = false;
            return _next++;
        }
    }

    /// <summary>The write is over: answered, or given up for good.</summary>
    public void Release(ulong sequence)
    {
        lock (_gate)
        {
            _over[Slot(sequence)] = true;
            while (_floor < _next && _over[Slot(_floor)])
            {
                _floor++;
            }
        }
    }

    /// <summary>The key that a unary write carries.</summary>
    public Wire.IdempotencyKey KeyOf(ulong sequence) =>
        new() { ClientId = ClientId, Sequence = sequence, AnsweredBelow = AnsweredBelow };

    private int Slot(ulong sequence) => (int)(sequence & (ulong)(_over.Length - 1));

    private void Grow()
    {
        bool[] old = _over;
        _over = new bool[old.Length * 2];
        for (ulong n = _floor; n < _next; n++)
        {
            _over[Slot(n)] = old[n & (ulong)(old.Length - 1)];
        }
    }
}
