using System.Text.Json;
using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;

namespace Nacre.Storage.Indexes;

/// <summary>The one pass over a document that gives its terms.</summary>
/// <remarks>
/// For one user at a time. Allocates nothing once its memory has grown to what documents need, but for geometries.
/// </remarks>
internal sealed class TermPass
{
    // Invariants, at each token:
    // - _open[0.._depth] are the objects and arrays that are open; _open[d].Node is the path of that one, and not null:
    //   what is not indexed is never entered;
    // - _value is the path of the value that comes next in an object.
    private readonly Level[] _open = new Level[DocumentLimits.MaxDepth + 1];
    private readonly byte[] _name = new byte[256];
    private readonly byte[] _cells = new byte[GeoRegion.MaxIndexedCells * GeoRegion.CellBytes];
    private readonly CompositeTerms _composites = new();
    private int _depth;
    private PathNode? _value;

    /// <summary>Collects a document's terms.</summary>
    /// <param name="utf8Json">A document as the inspector lets pass.</param>
    /// <param name="set">Which indexes; learns the document's paths.</param>
    /// <param name="terms">Cleared first; settled afterwards.</param>
    public void Collect(ReadOnlySpan<byte> utf8Json, IndexSet set, TermList terms)
    {
        terms.Clear();
        _composites.Begin(set);
        if (!TryRun(utf8Json, set.Paths, terms))
        {
            terms.Clear();
            set.Unindexed.CopyTo(terms.Reserve(set.Unindexed.Length));
            terms.Add(set.Unindexed.Length, isExact: true);
            return;
        }

        _composites.AddTo(terms);
        terms.Settle();
    }

    /// <returns>False for a document of too many values, or one that is none.</returns>
    private bool TryRun(ReadOnlySpan<byte> utf8Json, PathDictionary paths, TermList terms)
    {
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = DocumentLimits.MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            _depth = 0;
            _open[0] = new Level(paths.Root, IsArray: false, Last: null);
            while (reader.Read())
            {
                if (!TryStep(ref reader, utf8Json, paths, terms))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            // The wire lets none of these pass.
            return false;
        }
    }

    private bool TryStep(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8Json, PathDictionary paths, TermList terms)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                ref Level level = ref _open[_depth];
                _value = FindMember(ref reader, paths, level);
                if (_value is null)
                {
                    reader.Skip();
                }
                else
                {
                    level.Last = _value;
                }

                return true;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _depth--;
                return true;
            default:
                PathNode? node = _open[_depth].IsArray ? _open[_depth].Last : _value;
                Invariant.Check(node is not null);
                return TryAdd(ref reader, node, terms) &&
                    (node.SpatialPrefix.Length == 0 || TryAddCells(reader, utf8Json, node, terms)) &&
                    Enter(ref reader, node, paths);
        }
    }

    private bool TryAdd(ref Utf8JsonReader reader, PathNode node, TermList terms)
    {
        if (node.Prefix.Length > 0)
        {
            if (terms.Count == TermList.MaxTerms)
            {
                return false;
            }

            byte[] prefix = node.Prefix;
            Span<byte> term = terms.Reserve(prefix.Length + IndexKey.MaxValueBytes);
            prefix.CopyTo(term);
            int length = ValueWriter.Write(ref reader, term[prefix.Length..], out bool isExact);
            terms.Add(prefix.Length + length, isExact);
        }

        if (!node.Components.IsEmpty)
        {
            _composites.Take(ref reader, node.Components);
        }

        return true;
    }

    /// <summary>Adds what a geometry has in a spatial index; nothing for any other value.</summary>
    private bool TryAddCells(Utf8JsonReader reader, ReadOnlySpan<byte> utf8Json, PathNode node, TermList terms)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return true;
        }

        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        if (GeoJsonReader.Read(utf8Json[start..(int)reader.BytesConsumed], out Geometry? geometry) is not null)
        {
            return true;
        }

        int cells = GeoRegion.WriteCells(geometry!, node.SpatialTypes, _cells);
        for (int at = 0; at < cells; at++)
        {
            if (terms.Count == TermList.MaxTerms)
            {
                return false;
            }

            Span<byte> term = terms.Reserve(node.SpatialPrefix.Length + GeoRegion.CellBytes);
            node.SpatialPrefix.CopyTo(term);
            _cells.AsSpan(at * GeoRegion.CellBytes, GeoRegion.CellBytes).CopyTo(term[node.SpatialPrefix.Length..]);
            terms.Add(node.SpatialPrefix.Length + GeoRegion.CellBytes, isExact: true);
        }

        return true;
    }

    /// <summary>Enters an object or an array, unless nothing in it is indexed.</summary>
    private bool Enter(ref Utf8JsonReader reader, PathNode node, PathDictionary paths)
    {
        bool isArray = reader.TokenType == JsonTokenType.StartArray;
        if (!isArray && reader.TokenType != JsonTokenType.StartObject)
        {
            return true;
        }

        PathNode? elements = isArray ? paths.Elements(node) : null;
        if (isArray && elements is null)
        {
            reader.Skip();
            return true;
        }

        _open[++_depth] = new Level(node, isArray, elements);
        return true;
    }

    private PathNode? FindMember(ref Utf8JsonReader reader, PathDictionary paths, in Level level)
    {
        if (!reader.ValueIsEscaped)
        {
            return paths.Member(level.Node, reader.ValueSpan, level.Last);
        }

        byte[] name = reader.ValueSpan.Length <= _name.Length ? _name : new byte[reader.ValueSpan.Length];
        JsonText.TryUnescape(reader.ValueSpan, name, out int length, out _);
        return paths.Member(level.Node, name.AsSpan(0, length), level.Last);
    }

    /// <summary>An open object or array.</summary>
    /// <param name="Node">Its path.</param>
    /// <param name="IsArray">Whether it is an array.</param>
    /// <param name="Last">Of an object the member found last; of an array its elements.</param>
    private record struct Level(PathNode Node, bool IsArray, PathNode? Last);
}
