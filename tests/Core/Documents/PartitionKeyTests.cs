using System.Text;
using CsCheck;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class PartitionKeyTests
{
    [Test]
    public void Parse_WhatToStringGives_IsTheSameKey() => Generators.Key.Sample(key =>
        PartitionKey.Parse(key.ToString()).Value == key && PartitionKey.Parse(Encoding.UTF8.GetBytes(key.ToString())).Value == key);

    [TestCase("""["a",1]""", """["a",1]""")]
    [TestCase("[{}]", "[{}]")]
    [TestCase(" [ null , true , 1.0 ] ", "[null,true,1]")]
    [TestCase("""["\u0061"]""", """["a"]""")]
    [TestCase("[-0]", "[0]")]
    public void Parse_Text_GivesKey(string text, string normal)
    {
        Assert.That(PartitionKey.Parse(text).Value.ToString(), Is.EqualTo(normal));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("\"a\"")]
    [TestCase("[1,2,3,4]")]
    [TestCase("[[]]")]
    [TestCase("[{\"a\":1}]")]
    [TestCase("[1e999]")]
    [TestCase("[\"\\ud800\"]")]
    [TestCase("[\"a\"")]
    [TestCase("[\"a\"]x")]
    public void Parse_AnythingElse_IsMalformed(string text)
    {
        Assert.That(PartitionKey.Parse(text).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Parse_HalfASurrogatePair_IsMalformed()
    {
        Assert.That(PartitionKey.Parse("[\"\ud800\"]").Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Parse_PastTheLimit_IsTooLarge()
    {
        string longest = new('a', DocumentLimits.MaxPartitionKeyBytes);

        Assert.That(PartitionKey.Parse($"[\"{longest}\"]").IsOk, Is.True);
        Assert.That(PartitionKey.Parse($"[\"{longest}b\"]").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void Parse_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 40].Sample(bytes => PartitionKey.Parse(bytes).IsOk || true, iter: 2000);

    [Test]
    public void IsPrefixOf_Levels_ComparesThoseGiven()
    {
        var a = new PartitionKey(PartitionKeyValue.Of("a"));
        var ab = new PartitionKey(PartitionKeyValue.Of("a"), PartitionKeyValue.Of("b"));

        Assert.That(a.IsPrefixOf(ab), Is.True);
        Assert.That(ab.IsPrefixOf(ab), Is.True);
        Assert.That(ab.IsPrefixOf(a), Is.False);
        Assert.That(new PartitionKey(PartitionKeyValue.Of("b")).IsPrefixOf(ab), Is.False);
    }

    [Test]
    public void Check_Levels_MustFitTheContainer()
    {
        PartitionKeyDefinition two = PartitionKeyDefinition.Create("/a", "/b").Value;
        var one = new PartitionKey(PartitionKeyValue.Of("a"));

        Assert.That(one.Check(two, allowPrefix: true).IsOk, Is.True);
        Assert.That(one.Check(two, allowPrefix: false).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(new PartitionKey(default, default, default).Check(two, allowPrefix: true).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }
}
