using System.Text;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class PartitionKeyDefinitionTests
{
    [TestCase("/country", "country")]
    [TestCase("/address/zip", "address|zip")]
    [TestCase("/ address /zip", "address|zip")]
    [TestCase("/\"a/b\"/c", "a/b|c")]
    [TestCase("/'it''s'", null)]
    [TestCase("/'it\\'s'", "it's")]
    [TestCase("/\"a\\\\\\\"\"", "a\\\"")]
    [TestCase("/\"\"", "")]
    [TestCase("/\" a \"", " a ")]
    [TestCase("/a\\b", "a\\b")]
    [TestCase("/Größe/😀", "Größe|😀")]
    [TestCase("", null)]
    [TestCase("country", null)]
    [TestCase("/", null)]
    [TestCase("/a/", null)]
    [TestCase("//a", null)]
    [TestCase("/a/*", null)]
    [TestCase("/a/?", null)]
    [TestCase("/a/[]", null)]
    [TestCase("/\"a", null)]
    [TestCase("/\"a\"b", null)]
    public void Create_OnePath_SplitsItIntoNames(string path, string? names)
    {
        Result<PartitionKeyDefinition> definition = PartitionKeyDefinition.Create(path);

        Assert.That(definition.IsOk ? string.Join('|', definition.Value.Steps[0].Select(Encoding.UTF8.GetString)) : null, Is.EqualTo(names));
        Assert.That(definition.Error?.Code, Is.EqualTo(names is null ? ErrorCode.Malformed : (ErrorCode?)null));
    }

    [Test]
    public void Create_HalfASurrogatePair_IsMalformed()
    {
        Assert.That(PartitionKeyDefinition.Create("/\ud800").Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Create_Paths_AreOneToThreeAndDifferent()
    {
        Assert.That(PartitionKeyDefinition.Create().Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(PartitionKeyDefinition.Create("/a", "/b", "/c").Value.Kind, Is.EqualTo(PartitionKeyKind.MultiHash));
        Assert.That(PartitionKeyDefinition.Create("/a").Value.Kind, Is.EqualTo(PartitionKeyKind.Hash));
        Assert.That(PartitionKeyDefinition.Create("/a", "/b", "/c", "/d").Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(PartitionKeyDefinition.Create("/a", "/\"a\"").Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Create_TooLongAPath_IsMalformed()
    {
        string longest = "/" + new string('a', PartitionKeyDefinition.MaxPathBytes - 1);

        Assert.That(PartitionKeyDefinition.Create(longest).IsOk, Is.True);
        Assert.That(PartitionKeyDefinition.Create(longest + "a").Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Equals_SamePathsInOtherQuotes_AreEqual()
    {
        PartitionKeyDefinition plain = PartitionKeyDefinition.Create("/a/b").Value;
        PartitionKeyDefinition quoted = PartitionKeyDefinition.Create("/\"a\"/'b'").Value;

        Assert.That(quoted, Is.EqualTo(plain));
        Assert.That(quoted.GetHashCode(), Is.EqualTo(plain.GetHashCode()));
        Assert.That(PartitionKeyDefinition.Create("/a", "/b").Value, Is.Not.EqualTo(plain));
    }
}
