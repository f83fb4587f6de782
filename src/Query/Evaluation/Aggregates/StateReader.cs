using System.Buffers.Binary;
using Nacre.Core.Errors;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>Reads what <see cref="StateCodec"/> wrote; it comes from another node, so every length is checked.</summary>
/// <remarks>Refuses with Malformed, in a <see cref="QueryRefusedException"/>.</remarks>
internal ref struct StateReader(ReadOnlyMemory<byte> state)
{
    private readonly ReadOnlyMemory<byte> _state = state;
    private int _at;

    /// <summary>Whether all is read.</summary>
    public readonly bool IsAtEnd => _at == _state.Length;

    public byte ReadByte() => Take(1).Span[0];

    public long ReadLong() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    public double ReadDouble() => BitConverter.Int64BitsToDouble(ReadLong());

    /// <summary>A count from 0 to a limit.</summary>
    public int ReadCount(int limit)
    {
        long count = ReadLong();
        return count >= 0 && count <= limit ? (int)count : throw Malformed();
    }

    /// <summary>A value; it borrows from the state.</summary>
    public QueryValue ReadValue()
    {
        var kind = (ValueKind)ReadByte();
        switch (kind)
        {
            case ValueKind.Undefined:
                return QueryValue.Undefined;
            case ValueKind.Null:
                return QueryValue.Null;
            case ValueKind.False:
                return QueryValue.False;
            case ValueKind.True:
                return QueryValue.True;
            case ValueKind.Number:
                double number = ReadDouble();
                ReadOnlyMemory<byte> text = ReadBytes();
                return text.IsEmpty ? QueryValue.FromNumber(number) : QueryValue.FromNumberText(text);
            case ValueKind.String:
                return QueryValue.FromUtf8String(ReadBytes());
            case ValueKind.Array or ValueKind.Object:
                ReadOnlyMemory<byte> json = ReadBytes();
                return !json.IsEmpty && json.Span[0] == (kind == ValueKind.Array ? '[' : '{') ? QueryValue.FromJson(json) : throw Malformed();
            default:
                throw Malformed();
        }
    }

    /// <summary>Bytes behind their length.</summary>
    public ReadOnlyMemory<byte> ReadBytes(int most) => Take(ReadCount(most));

    public static QueryRefusedException Malformed() => new(new NacreError(ErrorCode.Malformed, "A partial result of a query cannot be read."));

    private ReadOnlyMemory<byte> ReadBytes() => ReadBytes(int.MaxValue);

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > _state.Length - _at)
        {
            throw Malformed();
        }

        ReadOnlyMemory<byte> taken = _state.Slice(_at, count);
        _at += count;
        return taken;
    }
}
