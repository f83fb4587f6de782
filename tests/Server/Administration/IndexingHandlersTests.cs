using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;
using Nacre.Server.Administration;

namespace Nacre.Server.Tests.Administration;

/// <summary>What callers are told of a range's indexes.</summary>
[TestFixture]
public sealed class IndexingHandlersTests
{
    private static readonly RangeId Range = new(7);

    [Test]
    public void Status_ServingThePolicy_IsReadyWhateverElseIsBuilt() => Assert.That(
        IndexingHandlers.StatusOf(Range, IndexingPolicy.Default, IndexingPolicy.Default, build: null, items: 10),
        Is.EqualTo(new RangeIndexing { Range = 7, Ready = true, Progress = 1, Items = 10 }));

    [Test]
    public void Status_BuildingThePolicy_TellsHowFar() => Assert.That(
        IndexingHandlers.StatusOf(Range, IndexingPolicy.Default, IndexingPolicy.None, new IndexBuild(IndexingPolicy.Default, 0.75), items: 1001),
        Is.EqualTo(new RangeIndexing { Range = 7, Progress = 0.75, Items = 1001, ItemsLeft = 251 }));

    [Test]
    public void Status_BuildingAnotherPolicy_HasNotBegun()
    {
        IndexingPolicy wanted = IndexingPolicy.Parse("""{"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}]}""").Value;

        Assert.That(
            IndexingHandlers.StatusOf(Range, wanted, IndexingPolicy.None, new IndexBuild(IndexingPolicy.Default, 0.75), items: 10),
            Is.EqualTo(new RangeIndexing { Range = 7, Items = 10, ItemsLeft = 10 }));
    }

    [Test]
    public void Status_NotToldYet_HasNotBegun() => Assert.That(
        IndexingHandlers.StatusOf(Range, IndexingPolicy.None, IndexingPolicy.Default, build: null, items: 10),
        Is.EqualTo(new RangeIndexing { Range = 7, Items = 10, ItemsLeft = 10 }));
}
