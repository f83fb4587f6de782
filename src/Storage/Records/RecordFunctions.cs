using System.Buffers;
using FASTER.core;

namespace Nacre.Storage.Records;

/// <summary>What FASTER does with a record: copy it in, copy it out, never change it.</summary>
/// <remarks>Called under epoch protection: allocates from the pool only, waits for nothing, calls nobody.</remarks>
internal sealed class RecordFunctions : FunctionsBase<RecordKey, SpanByte, RecordParts, RecordOutput, Empty>
{
    /// <summary>The one instance; it has no state.</summary>
    public static RecordFunctions Instance { get; } = new();

    /// <inheritdoc/>
    public override bool SingleReader(
        ref RecordKey key, ref RecordParts input, ref SpanByte value, ref RecordOutput dst, ref ReadInfo readInfo) =>
        Take(ref value, ref dst);

    /// <inheritdoc/>
    public override bool ConcurrentReader(
        ref RecordKey key, ref RecordParts input, ref SpanByte value, ref RecordOutput dst, ref ReadInfo readInfo) =>
        Take(ref value, ref dst);

    /// <inheritdoc/>
    public override bool SingleWriter(
        ref RecordKey key, ref RecordParts input, ref SpanByte src, ref SpanByte dst, ref RecordOutput output,
        ref UpsertInfo upsertInfo, WriteReason reason)
    {
        dst.Length = input.Length;
        input.CopyTo(dst.AsSpan());
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Under replay the same bytes come again: they stand already. Anything else becomes a new record.
    /// </remarks>
    public override bool ConcurrentWriter(
        ref RecordKey key, ref RecordParts input, ref SpanByte src, ref SpanByte dst, ref RecordOutput output,
        ref UpsertInfo upsertInfo) => input.Equals(dst.AsReadOnlySpan());

    private static bool Take(ref SpanByte value, ref RecordOutput output)
    {
        int length = value.LengthWithoutMetadata;
        output.Rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        output.Length = length;
        value.AsReadOnlySpan().CopyTo(output.Rented);
        return true;
    }
}
