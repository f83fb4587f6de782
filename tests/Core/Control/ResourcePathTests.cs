using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class ResourcePathTests
{
    public static readonly string[] Paths =
    [
        "dbs/d/colls/c",
        "dbs/d/colls/c/docs/1",
        "dbs/d/colls/c/docs/1/attachments/a.png",
        "dbs/d/colls/c/sprocs/s",
        "dbs/d/colls/c/triggers/t",
        "dbs/d/colls/c/udfs/u",
        "dbs/d ö/colls/%2F/docs/a%20b",
        "dbs/dbs/colls/colls/docs/docs/attachments/attachments",
        "dbs/d/colls/c/docs/..",
    ];

    [TestCaseSource(nameof(Paths))]
    public void Parse_OfAPath_GivesWhatIsWrittenTheSame(string text) =>
        Assert.That(ResourcePath.Parse(text).Value.ToString(), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("dbs")]
    [TestCase("dbs/d")]
    [TestCase("dbs/d/colls")]
    [TestCase("dbs/d/colls/")]
    [TestCase("dbs//colls/c")]
    [TestCase("/dbs/d/colls/c")]
    [TestCase("dbs/d/colls/c/")]
    [TestCase("DBS/d/colls/c")]
    [TestCase("dbs/d/Colls/c")]
    [TestCase("dbs/d/colls/c/docs")]
    [TestCase("dbs/d/colls/c/docs/")]
    [TestCase("dbs/d/colls/c/docs//")]
    [TestCase("dbs/d/colls/c/users/u")]
    [TestCase("dbs/d/colls/c/sprocs/s/attachments/a")]
    [TestCase("dbs/d/colls/c/docs/1/attachments")]
    [TestCase("dbs/d/colls/c/docs/1/attachments/a/b")]
    [TestCase("dbs/d/colls/c/docs/1/attachments/a/b/c")]
    [TestCase("dbs/d?/colls/c")]
    [TestCase("dbs/ d/colls/c")]
    [TestCase("dbs/d/colls/c/docs/a\\b")]
    [TestCase("dbs/d/colls/c/docs/a#b")]
    [TestCase("dbs/d/colls/c/docs/a\nb")]
    public void Parse_OfAnythingElse_IsMalformed(string text) =>
        Assert.That(ResourcePath.Parse(text).Error?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Parse_NameOrIdTooLong_IsTooLarge()
    {
        string longName = new('n', DocumentLimits.MaxNameBytes + 1);
        string longId = new('i', DocumentLimits.MaxIdBytes + 1);

        Assert.That(ResourcePath.Parse($"dbs/{longName}/colls/c").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(ResourcePath.Parse($"dbs/d/colls/c/docs/{longId}").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(ResourcePath.Parse($"dbs/d/colls/c/docs/{longId[1..]}").IsOk);
    }

    [TestCase("dbs/d/colls/c", 0, true)]
    [TestCase("dbs/d/colls/c", 1, true)]
    [TestCase("dbs/d/colls/c", 2, true)]
    [TestCase("dbs/d/colls/c", 3, false)]
    [TestCase("dbs/d/colls/c/docs/1", 0, false)]
    [TestCase("dbs/d/colls/c/docs/1", 1, false)]
    [TestCase("dbs/d/colls/c/docs/1", 2, true)]
    [TestCase("dbs/d/colls/c/docs/1/attachments/a", 2, true)]
    [TestCase("dbs/d/colls/c/sprocs/s", 0, true)]
    [TestCase("dbs/d/colls/c/sprocs/s", 2, false)]
    [TestCase("dbs/other/colls/c", 0, false)]
    public void Check_PartitionKeyOfSoManyLevelsInAContainerOfTwo_IsDecided(string path, int levels, bool isAllowed)
    {
        PartitionKeyDefinition definition = PartitionKeyDefinition.Create("/a", "/b").Value;
        var target = new PermissionTarget(
            PermissionMode.All, ResourcePath.Parse(path).Value,
            new PartitionKey([.. Enumerable.Repeat(PartitionKeyValue.Of("x"), levels)]));

        Assert.That((target.Check("d") ?? target.Check(definition))?.Code, Is.EqualTo(isAllowed ? null : ErrorCode.Malformed));
        Assert.That((target with { Mode = (PermissionMode)3 }).Check("d")?.Code, Is.EqualTo(ErrorCode.Malformed));
    }
}
