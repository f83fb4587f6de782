using Nacre.Query.Binding;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Fills the slots of all paths that a query reads in one pass over a document, and passes over the rest unread.</summary>
/// <remarks>
/// The document was validated when it was stored, so this steps through it with <see cref="JsonScan"/>'s vector searches,
/// and stops once the last path is found.
/// </remarks>
internal static class DocumentFiller
{
    /// <summary>Fills the slots; a path that is not there is undefined.</summary>
    /// <param name="item">The tree of paths.</param>
    /// <param name="document">A valid JSON document; borrowed by the slots.</param>
    /// <param name="slots">All the frame's.</param>
    public static void Fill(DocumentPath item, ReadOnlyMemory<byte> document, QueryValue[] slots)
    {
        Clear(item, slots);
        if (item.Slot >= 0 || item.Children.Count > 0)
        {
            FillValue(item, document, JsonScan.SkipSpace(document.Span, 0), slots, endIsNeeded: item.Slot >= 0);
        }
    }

    private static void Clear(DocumentPath path, QueryValue[] slots)
    {
        if (path.Slot >= 0)
        {
            slots[path.Slot] = QueryValue.Undefined;
        }

        foreach (DocumentPath child in path.Children)
        {
            Clear(child, slots);
        }
    }

    /// <returns>Behind the value; anything when the end is not needed.</returns>
    private static int FillValue(DocumentPath path, ReadOnlyMemory<byte> json, int at, QueryValue[] slots, bool endIsNeeded)
    {
        ReadOnlySpan<byte> span = json.Span;
        int end;
        if (span[at] == '{' && path.HasMembers)
        {
            end = FillMembers(path, json, at, slots, endIsNeeded || path.Slot >= 0);
        }
        else if (span[at] == '[' && path.HasElements)
        {
            end = FillElements(path, json, at, slots, endIsNeeded || path.Slot >= 0);
        }
        else if (path.Slot >= 0)
        {
            slots[path.Slot] = QueryValueReader.ReadAt(json, at, out end);
            return end;
        }
        else
        {
            return endIsNeeded ? JsonScan.EndOfValue(span, at) : at;
        }

        if (path.Slot >= 0)
        {
            slots[path.Slot] = QueryValue.FromJson(json[at..end]);
        }

        return end;
    }

    private static int FillMembers(DocumentPath path, ReadOnlyMemory<byte> json, int at, QueryValue[] slots, bool endIsNeeded)
    {
        ReadOnlySpan<byte> span = json.Span;
        int missing = path.Children.Count;
        at = JsonScan.SkipSpace(span, at + 1);
        while (span[at] != '}')
        {
            int nameEnd = JsonScan.EndOfString(span, at, out bool isEscaped);
            ReadOnlySpan<byte> name = isEscaped ? QueryValueReader.ReadString(json, at, out _).Span : span[(at + 1)..(nameEnd - 1)];
            DocumentPath? child = Find(path, name);
            at = QueryValueReader.ColonToValue(span, nameEnd);
            if (child is null)
            {
                at = JsonScan.EndOfValue(span, at);
            }
            else
            {
                missing--;
                at = FillValue(child, json, at, slots, endIsNeeded || missing > 0);
            }

            if (missing == 0 && !endIsNeeded)
            {
                return at;
            }

            at = QueryValueReader.NextItem(span, at);
        }

        return at + 1;
    }

    private static int FillElements(DocumentPath path, ReadOnlyMemory<byte> json, int at, QueryValue[] slots, bool endIsNeeded)
    {
        ReadOnlySpan<byte> span = json.Span;
        int missing = path.Children.Count;
        at = JsonScan.SkipSpace(span, at + 1);
        for (int index = 0; span[at] != ']'; index++)
        {
            DocumentPath? child = null;
            foreach (DocumentPath candidate in path.Children)
            {
                child = candidate.Index == index ? candidate : child;
            }

            if (child is null)
            {
                at = JsonScan.EndOfValue(span, at);
            }
            else
            {
                missing--;
                at = FillValue(child, json, at, slots, endIsNeeded || missing > 0);
            }

            if (missing == 0 && !endIsNeeded)
            {
                return at;
            }

            at = QueryValueReader.NextItem(span, at);
        }

        return at + 1;
    }

    private static DocumentPath? Find(DocumentPath path, ReadOnlySpan<byte> name)
    {
        for (int at = 0; at < path.Children.Count; at++)
        {
            DocumentPath child = path.Children[at];
            if (child.Name is not null && name.SequenceEqual(child.NameUtf8))
            {
                return child;
            }
        }

        return null;
    }
}
