using System.Runtime.CompilerServices;
using FASTER.core;

namespace Nacre.Storage.Records;

/// <summary>Lengths of values, for FASTER; with a good guess for a record that it has not seen yet.</summary>
/// <param name="typicalBytes">What FASTER fetches before it knows a record's length.</param>
internal sealed class RecordLengths(int typicalBytes) : IVariableLengthStruct<SpanByte>
{
    /// <inheritdoc/>
    public int GetInitialLength() => typicalBytes;

    /// <inheritdoc/>
    public int GetLength(ref SpanByte t) => t.TotalSize;

    /// <inheritdoc/>
    public unsafe ref SpanByte AsRef(void* source) => ref Unsafe.AsRef<SpanByte>(source);

    /// <inheritdoc/>
    public unsafe void Serialize(ref SpanByte source, void* destination) => source.CopyTo((byte*)destination);
}
