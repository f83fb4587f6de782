using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;

namespace Nacre.Core.Documents;

/// <summary>Finds repeated member names, at every object, in a document that may have been made to be slow.</summary>
/// <remarks>
/// Each name gets a 64-bit fingerprint that is quick to take and easy to collide. A small object compares each new
/// fingerprint with its others, which the processor does several at a time. An object of more than
/// <see cref="ScanLimit"/> members is sorted once at its end, by fingerprint and then by content, so that no choice of
/// names costs more than n log n. One instance a thread, reused.
/// </remarks>
internal sealed class MemberNames
{
    // Invariants:
    // - The names of the objects open now lie one behind the other; _begins holds where each object's names begin.
    // - A name lies in the document, or unescaped in _unescaped.

    /// <summary>Members up to which an object's fingerprints are scanned.</summary>
    private const int ScanLimit = 64;

    /// <summary>What a thread keeps between documents.</summary>
    private const int KeptNames = 4096;

    private const int KeptBytes = 16 * 1024;

    [ThreadStatic]
    private static MemberNames? _ofThread;

    private readonly int[] _begins = new int[DocumentLimits.MaxDepth + 1];
    private ulong[] _fingerprints = new ulong[256];
    private Name[] _names = new Name[256];
    private byte[] _unescaped = new byte[256];
    private int _objects;
    private int _count;
    private int _unescapedLength;

    /// <summary>The thread's instance; <see cref="GiveBack"/> follows.</summary>
    public static MemberNames Take()
    {
        MemberNames names = _ofThread ?? new MemberNames();
        _ofThread = null;
        return names;
    }

    /// <summary>Forgets the document's names.</summary>
    public void GiveBack()
    {
        _unescaped.AsSpan(0, _unescapedLength).Clear();
        _objects = 0;
        _count = 0;
        _unescapedLength = 0;
        if (_names.Length <= KeptNames && _unescaped.Length <= KeptBytes)
        {
            _ofThread = this;
        }
    }

    /// <summary>An object begins.</summary>
    public void OpenObject() => _begins[_objects++] = _count;

    /// <summary>Adds a name that stands in the document as it is.</summary>
    /// <param name="document">The document.</param>
    /// <param name="name">The name.</param>
    /// <param name="start">Where it begins in the document.</param>
    /// <returns>False when the object has it already, as far as known before its end.</returns>
    public bool TryAdd(ReadOnlySpan<byte> document, ReadOnlySpan<byte> name, int start) =>
        TryAdd(document, name, new Name(start, name.Length));

    /// <summary>Adds the name at the reader, which has escapes.</summary>
    /// <returns>See <see cref="TryAdd(ReadOnlySpan{byte}, ReadOnlySpan{byte}, int)"/>.</returns>
    public bool TryAddEscaped(ReadOnlySpan<byte> document, scoped in Utf8JsonReader reader)
    {
        int most = reader.ValueSpan.Length;
        if (_unescaped.Length - _unescapedLength < most)
        {
            Array.Resize(ref _unescaped, Math.Max(_unescaped.Length * 2, _unescapedLength + most));
        }

        int length = reader.CopyString(_unescaped.AsSpan(_unescapedLength));
        int start = _unescapedLength;
        _unescapedLength += length;
        return TryAdd(document, _unescaped.AsSpan(start, length), new Name(~start, length));
    }

    /// <summary>The name added last, without escapes.</summary>
    public ReadOnlySpan<byte> Last(ReadOnlySpan<byte> document) => BytesOf(document, _names[_count - 1]);

    /// <summary>An object ends.</summary>
    /// <returns>False when it has two members of the same name.</returns>
    public bool TryCloseObject(ReadOnlySpan<byte> document)
    {
        int begin = _begins[--_objects];
        int count = _count - begin;
        _count = begin;
        return count <= ScanLimit ||
            AllDifferent(document, _fingerprints.AsSpan(begin, count), _names.AsSpan(begin, count));
    }

    private bool TryAdd(ReadOnlySpan<byte> document, ReadOnlySpan<byte> bytes, Name name)
    {
        if (_count == _names.Length)
        {
            Array.Resize(ref _names, _count * 2);
            Array.Resize(ref _fingerprints, _count * 2);
        }

        ulong fingerprint = FingerprintOf(bytes);
        int begin = _begins[_objects - 1];
        if (_count - begin < ScanLimit)
        {
            int at = begin;
            for (int hit; (hit = _fingerprints.AsSpan(at, _count - at).IndexOf(fingerprint)) >= 0; at += hit + 1)
            {
                if (BytesOf(document, _names[at + hit]).SequenceEqual(bytes))
                {
                    return false;
                }
            }
        }

        _fingerprints[_count] = fingerprint;
        _names[_count++] = name;
        return true;
    }

    private bool AllDifferent(ReadOnlySpan<byte> document, Span<ulong> fingerprints, Span<Name> names)
    {
        fingerprints.Sort(names);
        for (int at = 0; at < names.Length;)
        {
            int end = at + 1;
            while (end < names.Length && fingerprints[end] == fingerprints[at])
            {
                end++;
            }

            Span<Name> alike = names[at..end];
            if (alike.Length > 1)
            {
                SortByContent(document, alike);
                for (int next = 1; next < alike.Length; next++)
                {
                    if (BytesOf(document, alike[next - 1]).SequenceEqual(BytesOf(document, alike[next])))
                    {
                        return false;
                    }
                }
            }

            at = end;
        }

        return true;
    }

    /// <summary>A heap sort: spans cannot be given to a comparer, and its worst case is its only case.</summary>
    private void SortByContent(ReadOnlySpan<byte> document, Span<Name> names)
    {
        for (int root = names.Length / 2 - 1; root >= 0; root--)
        {
            SiftDown(document, names, root);
        }

        for (int last = names.Length - 1; last > 0; last--)
        {
            (names[0], names[last]) = (names[last], names[0]);
            SiftDown(document, names[..last], 0);
        }
    }

    private void SiftDown(ReadOnlySpan<byte> document, Span<Name> heap, int at)
    {
        for (int child; (child = 2 * at + 1) < heap.Length; at = child)
        {
            if (child + 1 < heap.Length && IsBelow(document, heap[child], heap[child + 1]))
            {
                child++;
            }

            if (!IsBelow(document, heap[at], heap[child]))
            {
                return;
            }

            (heap[at], heap[child]) = (heap[child], heap[at]);
        }
    }

    private bool IsBelow(ReadOnlySpan<byte> document, Name left, Name right) =>
        BytesOf(document, left).SequenceCompareTo(BytesOf(document, right)) < 0;

    private ReadOnlySpan<byte> BytesOf(ReadOnlySpan<byte> document, Name name) => name.Start >= 0
        ? document.Slice(name.Start, name.Length)
        : _unescaped.AsSpan(~name.Start, name.Length);

    private static ulong FingerprintOf(ReadOnlySpan<byte> name)
    {
        const ulong Odd = 0x9E37_79B9_7F4A_7C15;
        ulong head;
        ulong tail = 0;
        if (name.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
        }
        else if (name.Length >= sizeof(uint))
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]);
        }
        else
        {
            head = 0;
            foreach (byte value in name)
            {
                head = (head << 8) | value;
            }
        }

        return head ^ BitOperations.RotateLeft(tail * Odd, 29) ^ ((ulong)name.Length * Odd);
    }

    /// <summary>
    /// Where a name lies: from <c>Start</c> in the document, or from its complement among the unescaped.
    /// </summary>
    private readonly record struct Name(int Start, int Length);
}
