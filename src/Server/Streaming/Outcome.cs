using Google.Protobuf;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Server.Consistency;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>What one operation of a stream came to.</summary>
internal readonly struct Outcome
{
    private const int MaxTagBytes = 33;

    /// <summary>The caller's name for the operation.</summary>
    public required ulong Tag { get; init; }

    /// <summary>Why it took no effect; null when it did.</summary>
    public ErrorDetail? Error { get; init; }

    /// <summary>The item's version.</summary>
    public ETag ETag { get; init; }

    /// <summary>When it was written, Unix time in milliseconds.</summary>
    public long TimestampMs { get; init; }

    /// <summary>The document read; whoever sends or drops the outcome gives it back.</summary>
    public DocumentLease? Document { get; init; }

    /// <summary>The document written, if the caller wants it back.</summary>
    public ByteString? Written { get; init; }

    /// <summary>What the client's session has seen by it; none where it is not told.</summary>
    public SessionMark Mark { get; init; }

    /// <summary>The number that the client gave the container; with <see cref="Mark"/>.</summary>
    public uint Container { get; init; }

    /// <summary>Upsert: it was not there.</summary>
    public bool Created { get; init; }

    private ReadOnlySpan<byte> Body => Document is not null ? Document.Utf8Json.Span : Written is not null ? Written.Span : default;

    /// <summary>A refusal.</summary>
    public static Outcome Refused(ulong tag, NacreError error, ActivityId activity) =>
        new() { Tag = tag, Error = ErrorTrailer.Describe(error, activity) };

    /// <summary>Size of its <see cref="OperationOutcome"/>, without the field's header.</summary>
    public int Measure() => Error is not null
        ? ProtoWriter.SizeOfNumber(Tag) + ProtoWriter.SizeOfMessage(Error.CalculateSize())
        : ProtoWriter.SizeOfNumber(Tag)
            + ProtoWriter.SizeOfBytes(HexLength(ETag.Range.Value) + 1 + HexLength(ETag.Lsn.Value))
            + ProtoWriter.SizeOfNumber(ETag.Lsn.Value)
            + ProtoWriter.SizeOfNumber((ulong)TimestampMs)
            + ProtoWriter.SizeOfBytes(Body.Length)
            + ProtoWriter.SizeOfNumber(Created ? 1u : 0u);

    /// <summary>Writes its <see cref="OperationOutcome"/>, without the field's header.</summary>
    public void Write(ref ProtoWriter writer)
    {
        writer.Number(OperationOutcome.TagFieldNumber, Tag);
        if (Error is not null)
        {
            Error.WriteTo(writer.Room(OperationOutcome.ErrorFieldNumber, Error.CalculateSize()));
            return;
        }

        Span<byte> tag = stackalloc byte[MaxTagBytes];
        ETag.Range.Value.TryFormat(tag, out int range, "x", null);
        tag[range] = (byte)'-';
        ETag.Lsn.Value.TryFormat(tag[(range + 1)..], out int lsn, "x", null);
        writer.Bytes(OperationOutcome.EtagFieldNumber, tag[..(range + 1 + lsn)]);
        writer.Number(OperationOutcome.LsnFieldNumber, ETag.Lsn.Value);
        writer.Number(OperationOutcome.TimestampMsFieldNumber, (ulong)TimestampMs);
        writer.Bytes(OperationOutcome.BodyFieldNumber, Body);
        writer.Number(OperationOutcome.CreatedFieldNumber, Created ? 1u : 0u);
    }

    private static int HexLength(ulong value) => (System.Numerics.BitOperations.Log2(value | 1) / 4) + 1;
}
