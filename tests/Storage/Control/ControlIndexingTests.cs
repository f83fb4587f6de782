using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Tests.Support;

namespace Nacre.Storage.Tests.Control;

/// <summary>Indexing policies of containers.</summary>
[TestFixture]
public sealed class ControlIndexingTests
{
    private static readonly IndexingPolicy Other = IndexingPolicy.Parse("""{"includedPaths":[{"path":"/*"}],"compositeIndexes":[[{"path":"/a"},{"path":"/b"}]]}""").Value;

    private ControlBench _bench = null!;

    private ContainerRecord Container => _bench.Catalog.FindContainer("shop", "orders")!;

    [SetUp]
    public void Open()
    {
        _bench = ControlBench.Created();
        _bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));
        _bench.Run(new CreateContainer("shop", "orders", PartitionKeyDefinition.Create("/k").Value, 2) { Indexing = IndexingPolicy.Default });
    }

    [Test]
    public void CreateContainer_WithAPolicy_ItsRangesHaveIt()
    {
        Assert.That((Container.Indexing, Container.IndexingPending), Is.EqualTo((IndexingPolicy.Default, false)));
        Assert.That(Container.DefinitionOf(Container.Ranges[0], KeyDomainId.Shared).Indexing, Is.EqualTo(IndexingPolicy.Default));
    }

    [Test]
    public void SetContainerIndexing_OnAReadyContainer_IsPendingUntilItsRangesWereTold()
    {
        Assert.That(Set(IndexingPolicy.None), Is.EqualTo(ErrorCode.PreconditionFailed), "not while it is made");
        _bench.Run(new ContainerReady(Container.Id));
        Sequence before = Container.Version;
        Assert.That(_bench.Catalog.UnfinishedContainers(), Is.Empty);

        Assert.That(Set(Other), Is.EqualTo(ErrorCode.None));
        Assert.That((Container.Indexing, Container.IndexingPending), Is.EqualTo((Other, true)));
        Assert.That(Container.Version, Is.GreaterThan(before));
        Assert.That(_bench.Catalog.UnfinishedContainers(), Is.EqualTo(new[] { Container }));

        Sequence told = Container.Version;
        Set(IndexingPolicy.None);
        Assert.That(_bench.Run(new ContainerIndexingSet(Container.Id, told)).Code, Is.EqualTo(ErrorCode.None));
        Assert.That(Container.IndexingPending, Is.True, "told of another one");
        _bench.Run(new ContainerIndexingSet(Container.Id, Container.Version));
        Assert.That((Container.Indexing, Container.IndexingPending), Is.EqualTo((IndexingPolicy.None, false)));
    }

    [Test]
    public void SetContainerIndexing_ThatChangesNothing_KeepsTheVersion()
    {
        _bench.Run(new ContainerReady(Container.Id));
        Sequence before = Container.Version;

        Assert.That(Set(IndexingPolicy.Default), Is.EqualTo(ErrorCode.None));
        Assert.That((Container.Version, Container.IndexingPending), Is.EqualTo((before, false)));
    }

    [Test]
    public void SetContainerIndexing_OfNothing_IsRefused()
    {
        _bench.Run(new ContainerReady(Container.Id));

        Assert.That(_bench.Run(new SetContainerIndexing("none", "orders", default, Other)).Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(_bench.Run(new SetContainerIndexing("shop", "none", default, Other)).Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(_bench.Run(new SetContainerIndexing("shop", "orders", new Sequence(1), Other)).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(_bench.Run(new ContainerIndexingSet(new ContainerId(99), default)).Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Checkpoint_WithPolicies_KeepsThem(bool pending)
    {
        _bench.Run(new ContainerReady(Container.Id));
        _bench.Run(new CreateContainer("shop", "plain", PartitionKeyDefinition.Create("/k").Value, 1));
        _bench.Run(new CreateContainer("shop", "gone", PartitionKeyDefinition.Create("/k").Value, 1) { Indexing = Other });
        _bench.Run(new DeleteContainer("shop", "gone", default));
        if (pending)
        {
            Set(Other);
        }

        ContainerRecord before = Container;
        await _bench.Machine.BeginCheckpoint();
        _bench.Entries.Clear();
        _bench.Restart();

        Assert.That((Container.Indexing, Container.IndexingPending, Container.Version), Is.EqualTo((before.Indexing, pending, before.Version)));
        Assert.That(_bench.Catalog.FindContainer("shop", "plain")!.Indexing, Is.Null);
        Assert.That(_bench.Catalog.DeletingContainers.Single().Indexing, Is.EqualTo(Other));
    }

    [Test]
    public void Encode_WithPolicies_KeepsItsBytes()
    {
        _bench.Run(new ContainerReady(Container.Id));
        Set(Other);

        Golden.Check("control-state-v1-indexing.bin", _bench.Snapshot());
    }

    private ErrorCode Set(IndexingPolicy policy) => _bench.Run(new SetContainerIndexing("shop", "orders", default, policy)).Code;
}
