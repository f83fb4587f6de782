using System.Runtime.InteropServices;

namespace Nacre.Storage.Trees;

/// <summary>A value found in a tree, or nothing: a window on immutable memory, valid for as long as it is held.</summary>
internal readonly struct TreeValue
{
    private readonly Array? _source;
    private readonly int _offset;
    private readonly int _length;

    /// <summary>A value inside a node's bytes.</summary>
    public TreeValue(byte[] node, int offset, int length)
    {
        _source = node;
        _offset = offset;
        _length = length;
    }

    /// <summary>A value inside a buffer's chunk; the offset is in bytes.</summary>
    public TreeValue(uint[] chunk, int offset, int length)
    {
        _source = chunk;
        _offset = offset;
        _length = length;
    }

    /// <summary>False when the key has no entry.</summary>
    public bool Found => _source is not null;

    /// <summary>The value; empty when nothing was found.</summary>
    public ReadOnlySpan<byte> Span => _source switch
    {
        byte[] node => node.AsSpan(_offset, _length),
        uint[] chunk => MemoryMarshal.AsBytes(chunk.AsSpan()).Slice(_offset, _length),
        _ => default,
    };
}
