using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class ResourceNamesTests
{
    [TestCase("shop")]
    [TestCase("Straße 7")]
    [TestCase("日本")]
    [TestCase("a.b-c_d:e@f")]
    public void Check_OfAName_AllowsIt(string name) => Assert.That(ResourceNames.Check(name), Is.Null);

    [TestCase("")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("a?")]
    [TestCase("#a")]
    [TestCase("a\nb")]
    [TestCase(" a")]
    [TestCase("a ")]
    public void Check_OfNoName_IsMalformed(string name) =>
        Assert.That(ResourceNames.Check(name)?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Check_OfHalfACharacter_IsMalformed() =>
        Assert.That(ResourceNames.Check("a" + (char)0xD800)?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Check_AtTheLimit_CountsBytes()
    {
        Assert.That(ResourceNames.Check(new string('é', 127)), Is.Null);
        Assert.That(ResourceNames.Check(new string('é', 128))?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }
}
