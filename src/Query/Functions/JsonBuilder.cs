using System.Buffers;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Builds an array or an object, member by member, within the query's limit.</summary>
/// <remarks>Not thread-safe; used once.</remarks>
internal sealed class JsonBuilder
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly FunctionContext _context;
    private readonly bool _isObject;
    private int _checked;

    private JsonBuilder(FunctionContext context, bool isObject)
    {
        _context = context;
        _isObject = isObject;
        _buffer.Write(isObject ? "{"u8 : "["u8);
    }

    /// <summary>Begins an array.</summary>
    public static JsonBuilder Array(FunctionContext context) => new(context, isObject: false);

    /// <summary>Begins an object.</summary>
    public static JsonBuilder Object(FunctionContext context) => new(context, isObject: true);

    /// <summary>Adds an element; one that is undefined is left out.</summary>
    public JsonBuilder Add(in QueryValue element)
    {
        if (element.IsDefined)
        {
            Separate();
            QueryValueWriter.Write(element, _buffer);
            Check();
        }

        return this;
    }

    /// <summary>Adds a member; one that is undefined is left out.</summary>
    /// <param name="name">Without escapes, in generalised UTF-8; not there yet.</param>
    /// <param name="member">Its value.</param>
    public JsonBuilder Add(ReadOnlySpan<byte> name, in QueryValue member)
    {
        if (member.IsDefined)
        {
            Separate();
            QueryValueWriter.WriteString(name, _buffer);
            _buffer.Write(":"u8);
            QueryValueWriter.Write(member, _buffer);
            Check();
        }

        return this;
    }

    /// <summary>Ends it.</summary>
    public QueryValue Build()
    {
        _buffer.Write(_isObject ? "}"u8 : "]"u8);
        return QueryValue.FromJson(_buffer.WrittenMemory);
    }

    private void Separate()
    {
        if (_buffer.WrittenCount > 1)
        {
            _buffer.Write(","u8);
        }
    }

    private void Check()
    {
        if (_buffer.WrittenCount > _context.MaxValueBytes)
        {
            _context.CheckSize(_buffer.WrittenCount);
        }

        _context.ChargeBytes(_buffer.WrittenCount - _checked);
        _checked = _buffer.WrittenCount;
    }
}
