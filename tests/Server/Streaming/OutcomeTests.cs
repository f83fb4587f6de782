using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Server.Streaming;
using Nacre.Server.Wire;

namespace Nacre.Server.Tests.Streaming;

/// <summary>Outcomes are encoded by hand; the library reads them back.</summary>
[TestFixture]
public sealed class OutcomeTests
{
    private static readonly Gen<ulong> AnyNumber = Gen.OneOf(Gen.ULong, Gen.ULong[0, 300], Gen.Const(0ul), Gen.Const(ulong.MaxValue));

    [Test]
    public void Write_AnySuccess_ReadsBack() => Gen
        .Select(AnyNumber, AnyNumber, AnyNumber, Gen.Long[0, long.MaxValue], Gen.Byte.Array[0, 300], Gen.Bool)
        .Sample((tag, range, lsn, time, body, created) =>
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, body.Length));
            body.CopyTo(rented, 0);
            var outcome = new Outcome
            {
                Tag = tag,
                ETag = new ETag(new RangeId(range), new Lsn(lsn)),
                TimestampMs = time,
                Document = new DocumentLease(rented, 0, body.Length, new RangeId(range), new Lsn(lsn), default),
                Created = created,
            };

            OperationOutcome read = OperationOutcome.Parser.ParseFrom(Encode(outcome));

            var expected = new OperationOutcome
            {
                Tag = tag,
                Etag = outcome.ETag.ToString(),
                Lsn = lsn,
                TimestampMs = time,
                Body = ByteString.CopyFrom(body),
                Created = created,
            };
            outcome.Document.Dispose();
            Assert.That(read, Is.EqualTo(expected));
        });

    [Test]
    public void Write_Refusal_ReadsBack()
    {
        var error = new NacreError(ErrorCode.Overloaded, "Try ägain.") { RetryAfter = TimeSpan.FromMilliseconds(40) };
        var outcome = Outcome.Refused(7, error, new ActivityId(UInt128.MaxValue - 3));

        OperationOutcome read = OperationOutcome.Parser.ParseFrom(Encode(outcome));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Tag, Is.EqualTo(7));
            Assert.That(read.Error, Is.EqualTo(ErrorTrailer.Describe(error, new ActivityId(UInt128.MaxValue - 3))));
            Assert.That(read.Error.RetryAfterMs, Is.EqualTo(40));
            Assert.That(read.Error.Retry, Is.EqualTo(Protocol.V1.RetryRule.Safe));
        }
    }

    private static byte[] Encode(in Outcome outcome)
    {
        byte[] bytes = new byte[outcome.Measure()];
        var writer = new ProtoWriter(bytes);
        outcome.Write(ref writer);
        Assert.That(writer.Written, Is.EqualTo(bytes.Length));
        return bytes;
    }
}
