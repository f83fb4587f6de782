namespace Nacre.Query.Values;

/// <summary>Goes through the members of an object; <c>foreach</c> works on it.</summary>
/// <remarks>Not thread-safe; a copy goes on by itself.</remarks>
public struct ObjectEnumerator
{
    private readonly ReadOnlyMemory<byte> _json;
    private int _at;

    internal ObjectEnumerator(ReadOnlyMemory<byte> json)
    {
        _json = json;
        _at = JsonScan.SkipSpace(json.Span, 1);
    }

    /// <summary>The member; good after <see cref="MoveNext"/> gave true.</summary>
    public ObjectMember Current { get; private set; }

    /// <summary>This.</summary>
    public readonly ObjectEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next member.</summary>
    /// <returns>False behind the last.</returns>
    public bool MoveNext()
    {
        if (_json.IsEmpty || _json.Span[_at] == '}')
        {
            return false;
        }

        ReadOnlyMemory<byte> name = QueryValueReader.ReadString(_json, _at, out int end);
        QueryValue value = QueryValueReader.ReadAt(_json, QueryValueReader.ColonToValue(_json.Span, end), out end);
        _at = QueryValueReader.NextItem(_json.Span, end);
        Current = new ObjectMember(name, value);
        return true;
    }
}
