using System.Buffers;
using Nacre.Core.Indexing;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

/// <summary>What an index entry tells of its value, and an item made of it.</summary>
public static class AlikeValue
{
    /// <summary>From here on doubles leave integers out, and a number's digits may say more than they do.</summary>
    private const double LeastInexactInteger = 1L << 53;

    /// <summary>Whether items with the same entry have the same value there, and not only similar ones.</summary>
    /// <param name="value">The value, as <see cref="IndexKey"/> writes it.</param>
    /// <param name="isExact">What the first entry of that value says.</param>
    public static bool IsWhole(ReadOnlySpan<byte> value, bool isExact) =>
        IndexKey.TryReadKind(value, isDescending: false, out IndexValueKind kind) && kind switch
        {
            IndexValueKind.Number => Math.Abs(IndexKey.ReadNumber(value)) < LeastInexactInteger,
            IndexValueKind.Text => !IsCut(value, isExact),
            _ => kind < IndexValueKind.Array,
        };

    /// <summary>Whether it is a text of which there is more than the entry has, or may be.</summary>
    /// <param name="value">The value, as <see cref="IndexKey"/> writes it.</param>
    /// <param name="isExact">What the first entry of that value says.</param>
    public static bool IsCut(ReadOnlySpan<byte> value, bool isExact) =>
        IndexKey.TryReadKind(value, isDescending: false, out IndexValueKind kind) && kind == IndexValueKind.Text &&
        (!isExact || value.Length == IndexKey.MaxValueBytes);

    /// <summary>Makes an item that has a value at a path and nothing else.</summary>
    /// <param name="path">Without elements; not the root.</param>
    /// <param name="value">One that <see cref="IsWhole"/>.</param>
    /// <returns>Null for numbers, of which the items have digits of their own.</returns>
    public static byte[]? TryMake(DocumentPath path, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(path);
        IndexKey.TryReadKind(value, isDescending: false, out IndexValueKind kind);
        if (kind == IndexValueKind.Number)
        {
            return null;
        }

        var item = new ArrayBufferWriter<byte>();
        foreach (PathStep step in path.Steps)
        {
            item.Write("{"u8);
            QueryValueWriter.WriteString(Wtf8.FromUtf16(step.Name), item);
            item.Write(":"u8);
        }

        if (kind == IndexValueKind.Text)
        {
            byte[] text = new byte[IndexKey.MaxTextBytes];
            QueryValueWriter.WriteString(text.AsSpan(0, IndexKey.ReadText(value, text)), item);
        }
        else
        {
            item.Write(kind switch { IndexValueKind.True => "true"u8, IndexValueKind.False => "false"u8, _ => "null"u8 });
        }

        for (int level = 0; level < path.Steps.Length; level++)
        {
            item.Write("}"u8);
        }

        return item.WrittenSpan.ToArray();
    }
}
