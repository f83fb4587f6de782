namespace Nacre.Query.Values;

/// <summary>Goes through the elements of an array; <c>foreach</c> works on it.</summary>
/// <remarks>Not thread-safe; a copy goes on by itself.</remarks>
public struct ArrayEnumerator
{
    private readonly ReadOnlyMemory<byte> _json;
    private int _at;

    internal ArrayEnumerator(ReadOnlyMemory<byte> json)
    {
        _json = json;
        _at = JsonScan.SkipSpace(json.Span, 1);
    }

    /// <summary>The element; good after <see cref="MoveNext"/> gave true.</summary>
    public QueryValue Current { get; private set; }

    /// <summary>This.</summary>
    public readonly ArrayEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next element.</summary>
    /// <returns>False behind the last.</returns>
    public bool MoveNext()
    {
        if (_json.IsEmpty || _json.Span[_at] == ']')
        {
            return false;
        }

        Current = QueryValueReader.ReadAt(_json, _at, out int end);
        _at = QueryValueReader.NextItem(_json.Span, end);
        return true;
    }
}
