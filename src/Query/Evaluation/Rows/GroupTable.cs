using System.Buffers;
using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>The groups of GROUP BY with their aggregates, in the order in which they were first seen.</summary>
/// <remarks>Not thread-safe. Tables of one query over different rows can be merged, through bytes.</remarks>
internal sealed class GroupTable(GroupSpec spec, HeldBytes held)
{
    // Invariants:
    // - Keys borrow nothing. Without keys there is at most one group.

    private const int CostOfGroup = 96;
    private const byte Version = 1;
    private const int MaxGroups = 1 << 28;

    private readonly Dictionary<QueryValue[], AggregateState[]> _groups = new(KeyComparer.Instance);
    private readonly QueryValue[] _probe = new QueryValue[spec.Keys.Count];

    /// <summary>How many groups there are.</summary>
    public int Count => _groups.Count;

    /// <summary>Takes the frame's row.</summary>
    public void Add(EvaluationFrame frame)
    {
        for (int at = 0; at < _probe.Length; at++)
        {
            _probe[at] = spec.Keys[at].Evaluate(frame);
            frame.Context.ChargeBytes(_probe[at].Utf8.Length);
        }

        AggregateState[] states = Find(_probe);
        for (int at = 0; at < states.Length; at++)
        {
            QueryValue argument = spec.Aggregates[at].Argument.Evaluate(frame);
            states[at].Add(argument, held);
            if (frame.Times > 1 && spec.Aggregates[at].Kind == AggregateKind.Count && argument.IsDefined)
            {
                states[at].AddCount(frame.Times - 1);
            }
        }
    }

    /// <summary>The states of a group, which is made when it is new: for whoever fills it from an index.</summary>
    /// <param name="keys">As many as the query has; may borrow.</param>
    public AggregateState[] Find(QueryValue[] keys)
    {
        if (_groups.TryGetValue(keys, out AggregateState[]? states))
        {
            return states;
        }

        held.Add(CostOfGroup + ((long)AggregateState.Cost * spec.Aggregates.Count));
        states = [.. spec.Aggregates.Select(static aggregate => new AggregateState(aggregate.Kind))];
        _groups.Add(Array.ConvertAll(keys, key => held.Keep(key)), states);
        return states;
    }

    /// <summary>Puts each group's keys and answers into their slots, one group after the other.</summary>
    /// <param name="frame">Gets them.</param>
    /// <param name="each">Called for each group; false ends it.</param>
    public void ForEach(EvaluationFrame frame, Func<bool> each)
    {
        if (_groups.Count == 0 && spec.Keys.Count == 0)
        {
            // Aggregates without GROUP BY answer for no rows, too.
            Find([]);
        }

        foreach ((QueryValue[] keys, AggregateState[] states) in _groups)
        {
            for (int at = 0; at < keys.Length; at++)
            {
                frame.Slots[spec.KeySlots[at]] = keys[at];
            }

            for (int at = 0; at < states.Length; at++)
            {
                frame.Slots[spec.Aggregates[at].Slot] = states[at].Result();
            }

            if (!each())
            {
                return;
            }
        }
    }

    /// <summary>Writes all groups: version, count, and each group's keys and states.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        StateCodec.WriteByte(Version, output);
        StateCodec.WriteLong(_groups.Count, output);
        foreach ((QueryValue[] keys, AggregateState[] states) in _groups)
        {
            foreach (QueryValue key in keys)
            {
                StateCodec.WriteValue(key, output);
            }

            foreach (AggregateState state in states)
            {
                state.Write(output);
            }
        }
    }

    /// <summary>Takes the groups that another table of this query wrote.</summary>
    /// <exception cref="QueryRefusedException">Malformed, or a limit.</exception>
    public void Merge(ReadOnlyMemory<byte> groups)
    {
        var reader = new StateReader(groups);
        if (reader.ReadByte() != Version)
        {
            throw StateReader.Malformed();
        }

        int count = reader.ReadCount(MaxGroups);
        for (int at = 0; at < count; at++)
        {
            var keys = new QueryValue[spec.Keys.Count];
            for (int key = 0; key < keys.Length; key++)
            {
                keys[key] = reader.ReadValue();
            }

            AggregateState[] states = Find(keys);
            for (int state = 0; state < states.Length; state++)
            {
                states[state].Merge(AggregateState.Read(spec.Aggregates[state].Kind, ref reader), held);
            }
        }

        if (!reader.IsAtEnd)
        {
            throw StateReader.Malformed();
        }
    }

    private sealed class KeyComparer : IEqualityComparer<QueryValue[]>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(QueryValue[]? x, QueryValue[]? y) => x.AsSpan().SequenceEqual(y.AsSpan());

        public int GetHashCode(QueryValue[] obj)
        {
            var hash = new HashCode();
            foreach (QueryValue key in obj)
            {
                hash.Add(QueryValueComparer.Instance.GetHashCode(key));
            }

            return hash.ToHashCode();
        }
    }
}
