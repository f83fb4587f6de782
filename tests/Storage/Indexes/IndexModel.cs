using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>Holds a range's indexes, as a view shows them, against its items.</summary>
internal static class IndexModel
{
    /// <summary>Every index has exactly what the items have, either way, and every number leads to its item.</summary>
    /// <param name="view">The view.</param>
    /// <param name="range">An indexed range.</param>
    /// <param name="items">What the range has: key and document.</param>
    /// <param name="policy">The policy that must serve.</param>
    /// <param name="seed">Chooses bounds.</param>
    public static async Task CheckAsync(
        IDocumentView view, RangeDefinition range, IReadOnlyCollection<(byte[] Key, byte[] Body)> items, IndexingPolicy policy, int seed)
    {
        IRangeIndex index = view.OpenIndex(range.Range).Value;
        Assert.That((index.Policy, index.Items), Is.EqualTo((policy, (long)items.Count)));
        if (policy.Mode == IndexingMode.None)
        {
            Assert.That(index.Find(DocumentPath.Parse("/id").Value).Kind, Is.EqualTo(IndexRefKind.None));
            return;
        }

        Dictionary<string, ItemNumber> numbers = await NumbersAsync(index, items);
        var expected = items
            .SelectMany(item => ExpectedTerms.Of(item.Body, policy).Select(term => (term.Index, term.Value, Item: numbers[Convert.ToHexString(item.Key)], term.IsExact)))
            .ToLookup(term => term.Index, term => (term.Value, term.Item, term.IsExact));
        foreach (IGrouping<string, (string Value, ItemNumber Item, bool IsExact)> terms in expected)
        {
            (string Value, ItemNumber Item, bool IsExact)[] sorted =
                [.. terms.OrderBy(term => term.Value, StringComparer.Ordinal).ThenBy(term => term.Item)];
            IndexRef found = Find(index, policy, terms.Key);
            await CheckScansAsync(index, found, sorted, seed);
        }

        Assert.That(index.Find(DocumentPath.Parse("/no/such/path").Value).Kind,
            Is.EqualTo(policy.Includes(DocumentPath.Parse("/no/such/path").Value) ? IndexRefKind.Empty : IndexRefKind.None));
        Assert.That(await WalkAsync(index.Scan(IndexRef.Empty, IndexBounds.All, descending: false)), Is.Empty);
        await CheckWalkAsync(index, items, numbers, seed);
    }

    /// <summary>The walk over items, from a place on, gives their keys, numbers and documents.</summary>
    private static async Task CheckWalkAsync(
        IRangeIndex index, IReadOnlyCollection<(byte[] Key, byte[] Body)> items, Dictionary<string, ItemNumber> numbers, int seed)
    {
        string[] sorted = [.. numbers.Keys.Order(StringComparer.Ordinal)];
        int from = sorted.Length == 0 ? 0 : (int)((uint)seed % sorted.Length);
        byte[] first = sorted.Length == 0 ? [] : Convert.FromHexString(sorted[from]);
        var found = new List<(string, ItemNumber, string)>();
        IItemWalk walk = index.Walk(first, fromInclusive: seed % 2 == 0, default);
        await using (walk)
        {
            while ((await walk.MoveNextAsync(default)).Value)
            {
                using DocumentLease document = (await walk.ReadAsync(default)).Value;
                found.Add((Convert.ToHexString(walk.ItemKey.Span), walk.Item, Convert.ToHexString(document.Utf8Json.Span)));
            }
        }

        Assert.That(found, Is.EqualTo(sorted.Skip(seed % 2 == 0 ? from : from + 1).Select(
            key => (key, numbers[key], Convert.ToHexString(items.Single(item => Convert.ToHexString(item.Key) == key).Body)))));
    }

    private static GeoRegion Earth { get; } = GeoRegion.Around(new Geometry { Type = SpatialTypes.Point, Point = GeoPoint.FromDegrees(0, 0) }, 1e9);

    public static async Task<List<(string Value, ItemNumber Item, bool IsExact)>> WalkAsync(IIndexCursor cursor)
    {
        await using (cursor)
        {
            var found = new List<(string, ItemNumber, bool)>();
            while ((await cursor.MoveNextAsync(default)).Value)
            {
                found.Add((Convert.ToHexString(cursor.Value.Span), cursor.Item, cursor.IsExact));
            }

            Assert.That((await cursor.MoveNextAsync(default)).Value, Is.False);
            return found;
        }
    }

    private static async Task CheckScansAsync(
        IRangeIndex index, IndexRef found, (string Value, ItemNumber Item, bool IsExact)[] sorted, int seed)
    {
        Assert.That(await WalkAsync(index.Scan(found, IndexBounds.All, descending: false)), Is.EqualTo(sorted));
        Assert.That(await WalkAsync(index.Scan(found, IndexBounds.All, descending: true)), Is.EqualTo(sorted.Reverse()));
        Assert.That((await index.CountAsync(found, IndexBounds.All, default)).Value, Is.EqualTo(sorted.Length));
        (string Value, ItemNumber Item, bool IsExact) low = sorted[(int)((uint)seed % sorted.Length)];
        (string Value, ItemNumber Item, bool IsExact) high = sorted[(int)((uint)seed / 7 % sorted.Length)];
        var bounds = new IndexBounds(Convert.FromHexString(low.Value), seed % 2 == 0, Convert.FromHexString(high.Value), seed % 3 == 0);
        (string Value, ItemNumber Item, bool IsExact)[] within = [.. sorted.Where(term =>
            string.CompareOrdinal(term.Value, low.Value) >= (bounds.FromInclusive ? 0 : 1) &&
            string.CompareOrdinal(term.Value, high.Value) <= (bounds.ToInclusive ? 0 : -1))];

        Assert.That(await WalkAsync(index.Scan(found, bounds, descending: false)), Is.EqualTo(within));
        Assert.That(await WalkAsync(index.Scan(found, bounds, descending: true)), Is.EqualTo(within.Reverse()));
        Assert.That((await index.CountAsync(found, bounds, default)).Value, Is.EqualTo(within.Length));
        await CheckSkipAsync(index, found, sorted, low, descending: false);
        await CheckSkipAsync(index, found, sorted, high, descending: true);
    }

    /// <summary>Skips from the second entry on to a place, and walks from there.</summary>
    private static async Task CheckSkipAsync(
        IRangeIndex index, IndexRef found, (string Value, ItemNumber Item, bool IsExact)[] sorted, (string Value, ItemNumber Item, bool IsExact) place,
        bool descending)
    {
        int step = descending ? -1 : 1;
        List<(string Value, ItemNumber Item, bool IsExact)> expected =
        [
            .. (descending ? sorted.Reverse() : sorted).Skip(1).SkipWhile(term =>
                string.CompareOrdinal(term.Value, place.Value) * step is var order && (order < 0 || (order == 0 && term.Item.CompareTo(place.Item) * step < 0))),
        ];
        await using IIndexCursor cursor = index.Scan(found, IndexBounds.All, descending);
        await cursor.MoveNextAsync(default);
        await cursor.MoveNextAsync(default);
        var given = new List<(string, ItemNumber, bool)>();
        bool more = (await cursor.SkipToAsync(Convert.FromHexString(place.Value), place.Item, default)).Value;
        for (; more; more = (await cursor.MoveNextAsync(default)).Value)
        {
            given.Add((Convert.ToHexString(cursor.Value.Span), cursor.Item, cursor.IsExact));
        }

        Assert.That(given, Is.EqualTo(expected));
    }

    /// <summary>Every item is in the index of ids, and its number leads to it.</summary>
    private static async Task<Dictionary<string, ItemNumber>> NumbersAsync(
        IRangeIndex index, IReadOnlyCollection<(byte[] Key, byte[] Body)> items)
    {
        var bodies = items.ToDictionary(item => Convert.ToHexString(item.Key), item => item.Body);
        var numbers = new Dictionary<string, ItemNumber>();
        IndexRef ids = index.Find(DocumentPath.Parse("/id").Value);
        foreach ((_, ItemNumber number, _) in await WalkAsync(index.Scan(ids, IndexBounds.All, descending: false)))
        {
            Result<IndexedItem> read = await index.ReadAsync(number, default);
            using DocumentLease document = read.Value.Document;
            string key = Convert.ToHexString(read.Value.ItemKey.Span);
            Assert.That(document.Utf8Json.ToArray(), Is.EqualTo(bodies.GetValueOrDefault(key)));
            numbers.Add(key, number);
        }

        Assert.That(numbers, Has.Count.EqualTo(items.Count));
        return numbers;
    }

    private static IndexRef FindSpatial(IRangeIndex index, IndexingPolicy policy, int spatial)
    {
        DocumentPath path = new[] { "/location", "/a", "/b", "/c" }.Select(text => DocumentPath.Parse(text).Value)
            .First(path => policy.SpatialIndexOf(path, out _) == spatial && index.FindSpatial(path, Earth, out _).Kind == IndexRefKind.Full);
        IndexRef found = index.FindSpatial(path, Earth, out IReadOnlyList<IndexBounds> bounds);
        Assert.That(bounds, Has.Count.EqualTo(1), "all of the earth, and what is anywhere");
        return found;
    }

    private static IndexRef Find(IRangeIndex index, IndexingPolicy policy, string name)
    {
        int composite = policy.CompositeIndexes.Select(index => index.ToString()).ToList().IndexOf(name);
        int spatial = policy.SpatialIndexes.Select(ExpectedTerms.NameOf).ToList().IndexOf(name);
        IndexRef found = composite >= 0 ? index.FindComposite(composite)
            : spatial >= 0 ? FindSpatial(index, policy, spatial)
            : index.Find(DocumentPath.Parse(name).Value);
        Assert.That(found.Kind, Is.EqualTo(IndexRefKind.Full), name);
        return found;
    }
}
