using System.Buffers;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>What an aggregate knows of the rows it has seen. States of the same aggregate over different rows can be merged.</summary>
/// <remarks>
/// Not thread-safe. Undefined arguments are left out. SUM and AVG are undefined once an argument is not a number, MIN and
/// MAX once it is an array or object. Of no rows COUNT and SUM are 0, the others undefined.
/// </remarks>
internal sealed class AggregateState(AggregateKind kind)
{
    // Invariants:
    // - _extreme is undefined until there is one, and borrows nothing: it is a copy.

    /// <summary>What a state costs to hold, without the value of MIN and MAX.</summary>
    public const int Cost = 128;

    private readonly ExactSum? _sum = kind is AggregateKind.Sum or AggregateKind.Avg ? new ExactSum() : null;
    private long _count;
    private bool _isSpoilt;
    private QueryValue _extreme;

    /// <summary>Takes one row's argument.</summary>
    /// <param name="value">May borrow; what is kept is copied.</param>
    /// <param name="held">Counts what is kept.</param>
    public void Add(in QueryValue value, HeldBytes held)
    {
        if (!value.IsDefined)
        {
            return;
        }

        switch (kind)
        {
            case AggregateKind.Count:
                _count++;
                break;
            case AggregateKind.Sum or AggregateKind.Avg:
                _count++;
                _isSpoilt |= !value.IsNumber;
                _sum!.Add(value.Number);
                break;
            default:
                _isSpoilt |= !value.IsPrimitive;
                AddExtreme(value, held);
                break;
        }
    }

    /// <summary>Counts rows whose argument is surely defined: what an index knows without looking at them.</summary>
    public void AddCount(long rows)
    {
        Core.Invariant.Check(kind == AggregateKind.Count);
        Core.Invariant.Check(rows >= 0);
        _count += rows;
    }

    /// <summary>Takes what another state knows.</summary>
    public void Merge(AggregateState other, HeldBytes held)
    {
        _count += other._count;
        _isSpoilt |= other._isSpoilt;
        _sum?.Add(other._sum!);
        if (other._extreme.IsDefined)
        {
            AddExtreme(other._extreme, held);
        }
    }

    /// <summary>The answer.</summary>
    public QueryValue Result() => kind switch
    {
        AggregateKind.Count => QueryValue.FromNumber(_count),
        _ when _isSpoilt => QueryValue.Undefined,
        AggregateKind.Sum => QueryValue.FromNumber(_sum!.Result()),
        AggregateKind.Avg => _count == 0 ? QueryValue.Undefined : QueryValue.FromNumber(_sum!.Result() / _count),
        _ => _extreme,
    };

    /// <summary>Writes the state.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        StateCodec.WriteByte((byte)kind, output);
        StateCodec.WriteByte(_isSpoilt ? (byte)1 : (byte)0, output);
        StateCodec.WriteLong(_count, output);
        StateCodec.WriteValue(_extreme, output);
        _sum?.Write(output);
    }

    /// <summary>Reads a state of this kind; it borrows from the reader's bytes until it is merged.</summary>
    public static AggregateState Read(AggregateKind kind, ref StateReader reader)
    {
        if (reader.ReadByte() != (byte)kind)
        {
            throw StateReader.Malformed();
        }

        var state = new AggregateState(kind) { _isSpoilt = reader.ReadByte() != 0, _count = reader.ReadLong() };
        if (state._count < 0)
        {
            throw StateReader.Malformed();
        }

        state._extreme = reader.ReadValue();
        if (state._sum is { } sum)
        {
            sum.Add(ExactSum.Read(ref reader));
        }

        return state;
    }

    private void AddExtreme(in QueryValue value, HeldBytes held)
    {
        if (_isSpoilt)
        {
            return;
        }

        int order = _extreme.IsDefined ? QueryValueComparer.Instance.Compare(value, _extreme) : 0;
        if (!_extreme.IsDefined || (kind == AggregateKind.Min ? order < 0 : order > 0))
        {
            QueryValue kept = held.Keep(value);
            if (_extreme.IsDefined)
            {
                held.Release(HeldBytes.CostOf(_extreme));
            }

            _extreme = kept;
        }
    }
}
