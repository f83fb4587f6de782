using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>
/// The clear records of the last frames. The writer lays a frame's records out here to seal them, and they stay
/// for readers until the ring comes round.
/// </summary>
/// <remarks>One writer; readers are thread-safe among themselves and against it.</remarks>
// Invariants:
// - Published sections lie in the ring in the order of _sections, and none overlaps the place last reserved.
internal sealed class SectionRing(int bytes)
{
    private readonly Lock _lock = new();
    private readonly byte[] _ring = GC.AllocateUninitializedArray<byte>(bytes);
    private readonly Queue<Section> _sections = new();
    private readonly Dictionary<(ulong UseId, uint Position, KeyDomainId Domain), Section> _byPlace = [];
    private int _next;

    /// <summary>Room for the records of one frame, in one piece. What lay there is forgotten.</summary>
    public Memory<byte> Reserve(int count)
    {
        Invariant.Check(count <= _ring.Length);
        lock (_lock)
        {
            if (_next + count > _ring.Length)
            {
                Forget(_next, _ring.Length);
                _next = 0;
            }

            Forget(_next, _next + count);
            int start = _next;
            _next += count;
            return _ring.AsMemory(start, count);
        }
    }

    /// <summary>Gives readers a section of the frame just reserved, once it is durable.</summary>
    /// <param name="frame">Its frame's place, and its domain.</param>
    /// <param name="reserved">What <see cref="Reserve"/> gave, last.</param>
    /// <param name="offset">Where the section begins in it.</param>
    /// <param name="length">Its length.</param>
    public void Publish(FrameSpan frame, Memory<byte> reserved, int offset, int length)
    {
        lock (_lock)
        {
            var section = new Section(frame.UseId, frame.Position, frame.Domain, _next - reserved.Length + offset, length);
            _sections.Enqueue(section);
            _byPlace[section.Place] = section;
        }
    }

    /// <summary>Hands a section to a visitor, who copies what it needs.</summary>
    /// <returns>False when the section is no longer here.</returns>
    public bool TryVisit<TVisitor>(FrameSpan frame, ref TVisitor visitor)
        where TVisitor : struct, ISectionVisitor
    {
        lock (_lock)
        {
            if (!_byPlace.TryGetValue((frame.UseId, frame.Position, frame.Domain), out Section section))
            {
                return false;
            }

            visitor.Visit(_ring.AsMemory(section.Offset, section.Length), isBorrowed: true);
            return true;
        }
    }

    private void Forget(int from, int to)
    {
        while (_sections.TryPeek(out Section section) && section.Offset < to && section.Offset + section.Length > from)
        {
            _sections.Dequeue();
            _byPlace.Remove(section.Place);
        }
    }

    private readonly record struct Section(ulong UseId, uint Position, KeyDomainId Domain, int Offset, int Length)
    {
        public (ulong UseId, uint Position, KeyDomainId Domain) Place => (UseId, Position, Domain);
    }
}
