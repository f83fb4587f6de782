using System.Globalization;
using System.Text;
using CsCheck;
using Nacre.Core.Indexing;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class NumberTextTests
{
    [TestCase("0", true)]
    [TestCase("-0.000e99", true)]
    [TestCase("12", true)]
    [TestCase("1200000000000000000000000", true)]
    [TestCase("0.1", true)]
    [TestCase("0.30000000000000004", true)]
    [TestCase("0.300000000000000040", true)]
    [TestCase("3.0000000000000004e-1", true)]
    [TestCase("9007199254740991", true)]
    [TestCase("9007199254740992", true)]
    [TestCase("9007199254740993", false)]
    [TestCase("123456789012345678", false)]
    [TestCase("0.1000000000000000055511151231257827", false)]
    [TestCase("1e400", false)]
    [TestCase("1e-400", false)]
    [TestCase("5e-324", true)]
    [TestCase("4e-324", false)]
    [TestCase("1e99999999999999999999", false)]
    [TestCase("1.7976931348623157e308", true)]
    public void IsExact_OfAText_SaysWhetherItWasRounded(string text, bool exact) => Assert.That(IsExact(text), Is.EqualTo(exact));

    [Test]
    public void IsExact_ShortestTextOfAnyDouble_IsTrue() => Gen.Double.Where(double.IsFinite).Sample(number =>
        IsExact(number.ToString("R", CultureInfo.InvariantCulture)));

    [Test]
    public void IsExact_AnyDecimal_IsTrueWhereItsShortestTextIsTheSameNumber() =>
        Gen.Select(Gen.Long, Gen.Int[0, 25]).Sample((digits, scale) =>
        {
            decimal number = new decimal((int)(digits & 0xFFFFFFFF), (int)(digits >> 32), 0, digits < 0, (byte)scale);
            string text = number.ToString(CultureInfo.InvariantCulture);
            double value = double.Parse(text, CultureInfo.InvariantCulture);
            bool same = decimal.Parse(value.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture) == number;

            Assert.That(IsExact(text), Is.EqualTo(same));
        }, iter: 5000);

    private static bool IsExact(string text) =>
        NumberText.IsExact(Encoding.UTF8.GetBytes(text), double.Parse(text, CultureInfo.InvariantCulture));
}
