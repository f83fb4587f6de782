using CsCheck;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class ItemNumberTests
{
    [Test]
    public void Of_AnyWrite_ComesBackAndSorts() =>
        Gen.Select(Gen.ULong[1, (1UL << 53) - 1], Gen.UShort[0, 99], Gen.ULong[1, (1UL << 53) - 1], Gen.UShort[0, 99]).Sample((lsn, ordinal, otherLsn, otherOrdinal) =>
        {
            ItemNumber number = ItemNumber.Of(new Lsn(lsn), ordinal);
            ItemNumber other = ItemNumber.Of(new Lsn(otherLsn), otherOrdinal);
            byte[] written = new byte[ItemNumber.SizeBytes];
            byte[] otherWritten = new byte[ItemNumber.SizeBytes];
            number.Write(written);
            other.Write(otherWritten);

            Assert.That((number.Lsn, number.Ordinal), Is.EqualTo((new Lsn(lsn), ordinal)));
            Assert.That(ItemNumber.Read(written), Is.EqualTo(number));
            Assert.That(Math.Sign(number.CompareTo(other)), Is.EqualTo(Math.Sign((lsn, ordinal).CompareTo((otherLsn, otherOrdinal)))));
            Assert.That(Math.Sign(written.AsSpan().SequenceCompareTo(otherWritten)), Is.EqualTo(Math.Sign(number.CompareTo(other))));
        });
}
