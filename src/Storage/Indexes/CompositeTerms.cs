using System.Collections.Immutable;
using System.Text.Json;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>Puts the terms of composite indexes together from the values that one document has for their components.</summary>
internal sealed class CompositeTerms
{
    // Invariants:
    // - _slots has one slot a component, those of an index one behind the other, _first[i] being the first of index i;
    //   its value has Length 0 while the document has shown none.
    private Slot[] _slots = [];
    private int[] _first = [];
    private byte[] _values = [];
    private IndexSet? _set;

    /// <summary>Begins with a document.</summary>
    public void Begin(IndexSet set)
    {
        if (_set != set)
        {
            Prepare(set);
        }

        foreach (ref Slot slot in _slots.AsSpan())
        {
            slot.Length = 0;
        }
    }

    /// <summary>Takes the value at the reader for some components.</summary>
    public void Take(ref Utf8JsonReader reader, ImmutableArray<(int Index, int Component)> components)
    {
        foreach ((int index, int component) in components)
        {
            int at = _first[index] + component;
            ref Slot slot = ref _slots[at];
            Span<byte> value = _values.AsSpan(at * IndexKey.MaxValueBytes, IndexKey.MaxValueBytes);
            slot.Length = ValueWriter.Write(ref reader, value, out slot.IsExact);
            if (slot.IsDescending)
            {
                IndexKey.Invert(value[..slot.Length]);
            }
        }
    }

    /// <summary>Adds one term for each index; components that the document lacks are undefined.</summary>
    public void AddTo(TermList terms)
    {
        for (int index = 0; index < _first.Length; index++)
        {
            byte[] prefix = _set!.CompositePrefixes[index];
            int end = index + 1 < _first.Length ? _first[index + 1] : _slots.Length;
            Span<byte> term = terms.Reserve(prefix.Length + (end - _first[index]) * IndexKey.MaxValueBytes);
            prefix.CopyTo(term);
            int length = prefix.Length;
            bool isExact = true;
            for (int at = _first[index]; at < end; at++)
            {
                length += WriteSlot(at, term[length..]);
                isExact &= _slots[at].Length == 0 || _slots[at].IsExact;
            }

            terms.Add(length, isExact);
        }
    }

    private int WriteSlot(int at, Span<byte> destination)
    {
        ref readonly Slot slot = ref _slots[at];
        if (slot.Length == 0)
        {
            byte marker = IndexKey.MarkerOf(IndexValueKind.Undefined);
            destination[0] = slot.IsDescending ? (byte)~marker : marker;
            return 1;
        }

        _values.AsSpan(at * IndexKey.MaxValueBytes, slot.Length).CopyTo(destination);
        return slot.Length;
    }

    private void Prepare(IndexSet set)
    {
        ImmutableArray<CompositeIndex> indexes = set.Policy.CompositeIndexes;
        _set = set;
        _first = new int[indexes.Length];
        var slots = new List<Slot>();
        for (int index = 0; index < indexes.Length; index++)
        {
            _first[index] = slots.Count;
            slots.AddRange(indexes[index].Paths.Select(path => new Slot { IsDescending = path.IsDescending }));
        }

        _slots = [.. slots];
        _values = new byte[_slots.Length * IndexKey.MaxValueBytes];
    }

    private struct Slot
    {
        public int Length;
        public bool IsExact;
        public bool IsDescending;
    }
}
