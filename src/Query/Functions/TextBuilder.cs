using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Puts strings together within the query's limit; halves of surrogate pairs that meet become one.</summary>
/// <remarks>Not thread-safe; used once.</remarks>
internal sealed class TextBuilder(FunctionContext context)
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Appends a string in generalised UTF-8.</summary>
    public TextBuilder Append(ReadOnlySpan<byte> utf8)
    {
        long needed = (long)_length + utf8.Length;
        if (needed > context.MaxValueBytes)
        {
            context.CheckSize(needed);
        }

        context.ChargeBytes(utf8.Length);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(needed, Math.Min(2L * _bytes.Length, context.MaxValueBytes)));
        }

        _length = Wtf8.Append(_bytes, _length, utf8);
        return this;
    }

    /// <summary>The whole string.</summary>
    public QueryValue Build() => QueryValue.FromUtf8String(_bytes.AsMemory(0, _length));
}
