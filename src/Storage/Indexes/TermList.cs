using Nacre.Core.Indexing;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Indexes;

/// <summary>The terms of one item, sorted, each once.</summary>
/// <remarks>For one user at a time, who uses it again and again: it keeps its memory.</remarks>
internal sealed class TermList
{
    /// <summary>Most terms of an item; one with more is found by no index but that of such items.</summary>
    public const int MaxTerms = 8192;

    // Invariants:
    // - behind each term's bytes there is room for an item's number;
    // - while _isSorted, the terms rise strictly.
    private IndexTerm[] _terms = new IndexTerm[64];
    private byte[] _bytes = new byte[4096];
    private int _count;
    private int _used;
    private bool _isSorted = true;

    // Kept: a comparer that is given as a structure is boxed at each sort.
    private readonly Comparison<IndexTerm> _order;

    /// <summary>Makes an empty list.</summary>
    public TermList() => _order = (left, right) => Compare(left, right);

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>A term.</summary>
    public ref readonly IndexTerm this[int at] => ref _terms[at];

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _count = 0;
        _used = 0;
        _isSorted = true;
    }

    /// <summary>Room for a term's bytes, to be written and then taken over by <see cref="Add"/>.</summary>
    public Span<byte> Reserve(int most)
    {
        int needed = _used + most + ItemNumber.SizeBytes;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        return _bytes.AsSpan(_used, most);
    }

    /// <summary>Adds the term whose bytes were written to what <see cref="Reserve"/> gave.</summary>
    public void Add(int length, bool isExact)
    {
        var term = new IndexTerm(KeyBytes.Head(_bytes.AsSpan(_used, length)), _used, length, isExact);
        _isSorted &= _count == 0 || Compare(_terms[_count - 1], term) < 0;
        if (_count == _terms.Length)
        {
            Array.Resize(ref _terms, _count * 2);
        }

        _terms[_count++] = term;
        _used += length + ItemNumber.SizeBytes;
    }

    /// <summary>Sorts, and leaves one of each; of equal ones one that is inexact.</summary>
    public void Settle()
    {
        if (_isSorted)
        {
            return;
        }

        _terms.AsSpan(0, _count).Sort(_order);
        int kept = 0;
        for (int at = 1; at < _count; at++)
        {
            if (Compare(_terms[kept], _terms[at]) == 0)
            {
                _terms[kept] = _terms[kept] with { IsExact = _terms[kept].IsExact & _terms[at].IsExact };
            }
            else
            {
                _terms[++kept] = _terms[at];
            }
        }

        _count = kept + 1;
        _isSorted = true;
    }

    /// <summary>A term's bytes.</summary>
    public ReadOnlySpan<byte> BytesOf(in IndexTerm term) => _bytes.AsSpan(term.Start, term.Length);

    /// <summary>The key of an item's entry.</summary>
    public ReadOnlySpan<byte> KeyOf(in IndexTerm term, ItemNumber item)
    {
        Span<byte> key = _bytes.AsSpan(term.Start, term.Length + ItemNumber.SizeBytes);
        item.Write(key[term.Length..]);
        return key;
    }

    /// <summary>Orders terms of two lists.</summary>
    public static int Compare(TermList left, in IndexTerm term, TermList right, in IndexTerm other) =>
        term.Head != other.Head
            ? term.Head.CompareTo(other.Head)
            : left.BytesOf(term).SequenceCompareTo(right.BytesOf(other));

    private int Compare(in IndexTerm left, in IndexTerm right) => Compare(this, left, this, right);
}
