using System.Globalization;
using System.Text;
using System.Text.Json;
using Nacre.Client;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// Writers that create, upsert, replace and delete items of their own, and know of every item what it may be: the last
/// acknowledged state, or one whose answer was lost.
/// </summary>
internal sealed class Workload(ulong seed)
{
    private const int Writers = 4;
    private const int ItemsPerWriter = 6;
    private const int LargeBytes = 70_000;

    private readonly SeededRandom _random = new(seed);
    private readonly Dictionary<string, List<Version>>[] _items =
        [.. Enumerable.Range(0, Writers).Select(_ => new Dictionary<string, List<Version>>(StringComparer.Ordinal))];

    private int _version;

    /// <summary>Writes that were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>All items that were ever named, with what each may be.</summary>
    public IEnumerable<KeyValuePair<string, List<Version>>> Items => _items.SelectMany(items => items);

    /// <summary>Writes until each writer has taken its steps, or its first operation failed because of <paramref name="isExpected"/>.</summary>
    public async Task RunAsync(SimulatedNode node, int steps, Func<bool> isExpected)
    {
        // Each writer draws from a seed of its own: their turns do not change what each does.
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer =>
            Task.Run(() => WriteAsync(node, writer, new SeededRandom(_random.NextUInt64()), steps, isExpected))));
    }

    /// <summary>Reads everything, one by one and as both lists; what was open is known afterwards.</summary>
    public async Task CheckAsync(Container container)
    {
        Dictionary<string, Item<ReadOnlyMemory<byte>>> listed = await ListAsync(container);
        foreach ((string id, List<Version> allowed) in Items)
        {
            Item<ReadOnlyMemory<byte>>? read = await container.TryReadJsonAsync(KeyOf(id), id);
            bool isListed = listed.Remove(id, out Item<ReadOnlyMemory<byte>> inList);
            Assert.That(isListed, Is.EqualTo(read is not null), $"{id}: list and read differ");
            if (read is { } item)
            {
                Assert.That(Text(inList), Is.EqualTo(Text(item)), $"{id}: list and read differ");
                Assert.That((inList.ETag, inList.Lsn), Is.EqualTo((item.ETag, item.Lsn)), $"{id}: list and read differ");
            }

            Version? found = allowed.Find(version => Matches(version, read));
            Assert.That(found, Is.Not.Null, () =>
                $"{id}: found {Short(read is { } there ? Text(there) : null)} lsn {read?.Lsn}, allowed {string.Join(" or ", allowed.Select(version => $"{Short(version.Body)} lsn {version.Lsn}"))}");
            allowed.Clear();
            allowed.Add(read is { } now ? new Version(Text(now), now.ETag, now.Lsn) : Version.Absent);
        }

        Assert.That(listed.Keys, Is.Empty, "items that nobody wrote");
    }

    /// <summary>Reads every item of a damaged store: right, or refused as <see cref="NacreErrorCode.Corrupt"/>.</summary>
    /// <returns>How many reads were refused.</returns>
    public async Task<int> CountRefusedReadsAsync(Container container, string what)
    {
        int refused = 0;
        foreach ((string id, List<Version> allowed) in Items)
        {
            try
            {
                Item<ReadOnlyMemory<byte>>? read = await container.TryReadJsonAsync(KeyOf(id), id);
                Assert.That(allowed.Exists(version => Matches(version, read)), Is.True, $"{what}: {id} is wrong");
            }
            catch (NacreException failed)
            {
                Assert.That(failed.Code, Is.EqualTo(NacreErrorCode.Corrupt), $"{what}: {failed.Message}");
                refused++;
            }
        }

        return refused;
    }

    /// <summary>The partition key of an item: the part before the dash.</summary>
    public static string KeyOf(string id) => id[..id.IndexOf('-', StringComparison.Ordinal)];

    private static async Task<Dictionary<string, Item<ReadOnlyMemory<byte>>>> ListAsync(Container container)
    {
        var listed = new Dictionary<string, Item<ReadOnlyMemory<byte>>>(StringComparer.Ordinal);
        var lastOf = new Dictionary<string, string>(StringComparer.Ordinal);
        string? key = null;
        await foreach (Item<ReadOnlyMemory<byte>> item in container.ListJson(new ListOptions { PageSize = 40 }))
        {
            string id = IdOf(item);
            Assert.That(listed.TryAdd(id, item), Is.True, $"{id} is listed twice");
            string itemKey = KeyOf(id);
            Assert.That(itemKey == key || !lastOf.ContainsKey(itemKey), Is.True, $"partition {itemKey} is in two places of the list");
            Assert.That(lastOf.TryGetValue(itemKey, out string? last) && string.CompareOrdinal(last, id) >= 0, Is.False, $"{last} before {id}");
            lastOf[itemKey] = id;
            key = itemKey;
        }

        await CheckChangesAsync(container, listed);
        return listed;
    }

    /// <summary>The other order names the same items, and within each range the numbers rise.</summary>
    private static async Task CheckChangesAsync(Container container, Dictionary<string, Item<ReadOnlyMemory<byte>>> listed)
    {
        int count = 0;
        int falls = 0;
        ulong last = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (Item<ReadOnlyMemory<byte>> item in container.ListJson(new ListOptions { Order = ListOrder.Change, PageSize = 40 }))
        {
            string id = IdOf(item);
            Assert.That(seen.Add(id), Is.True, $"{id} is twice in the order of changes");
            Assert.That(listed.TryGetValue(id, out Item<ReadOnlyMemory<byte>> other) && other.ETag == item.ETag, Is.True, $"{id} differs between the lists");
            falls += item.Lsn <= last ? 1 : 0;
            last = item.Lsn;
            count++;
        }

        Assert.That(count, Is.EqualTo(listed.Count), "items in the order of changes");
        Assert.That(falls, Is.LessThan((await container.GetAsync()).Ranges.Count), "changes out of order");
    }

    private async Task WriteAsync(SimulatedNode node, int writer, SeededRandom random, int steps, Func<bool> isExpected)
    {
        Dictionary<string, List<Version>> items = _items[writer];
        for (int step = 0; step < steps && !isExpected(); step++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"w{writer}k{random.Next(3)}-{random.Next(ItemsPerWriter)}");
            List<Version> allowed = items.TryGetValue(id, out List<Version>? known) ? known : items[id] = [Version.Absent];
            string body = Body(id, random);
            int what = random.Next(10);
            Version wanted = what == 9 ? Version.Absent : new Version(body, null, 0);
            allowed.Add(wanted);
            try
            {
                WriteResult written = what switch
                {
                    9 => await node.Items.DeleteItemAsync(KeyOf(id), id),
                    8 => await node.Items.CreateJsonAsync(Encoding.UTF8.GetBytes(body)),
                    7 => await node.Items.ReplaceJsonAsync(Encoding.UTF8.GetBytes(body)),
                    _ => await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes(body)),
                };
                allowed.Clear();
                allowed.Add(what == 9 ? Version.Absent : wanted with { ETag = written.ETag, Lsn = written.Lsn });
                Acknowledged++;
            }
            catch (NacreException refused) when (refused.Code is NacreErrorCode.NotFound or NacreErrorCode.AlreadyExists)
            {
                allowed.Remove(wanted);
                bool isThere = refused.Code == NacreErrorCode.AlreadyExists;
                Assert.That(allowed.Exists(version => version.Body is not null == isThere), Is.True, $"{id}: false {refused.Code}");
            }
            catch (NacreException refused) when (refused.Code == NacreErrorCode.Overloaded)
            {
                allowed.Remove(wanted);
            }
            catch (NacreException failed)
            {
                Assert.That(isExpected(), Is.True, $"{failed.Code}: {failed.Message}");
                return;
            }

            // One writer rotates halfway, where there is something to write anew, and now and then.
            if (writer == 0 && (step == steps / 2 || random.OneIn(40)))
            {
                await RotateAsync(node, random, isExpected);
            }
        }
    }

    private static async Task RotateAsync(SimulatedNode node, SeededRandom random, Func<bool> isExpected)
    {
        try
        {
            await node.Client.Keys.RotateEncryptionKeysAsync(
                (EncryptionKeyScope)(1 + random.Next(2)), reencrypt: random.OneIn(2));
        }
        catch (NacreException failed)
        {
            Assert.That(isExpected(), Is.True, $"{failed.Code}: {failed.Message}");
        }
    }

    private string Body(string id, SeededRandom random)
    {
        int version = Interlocked.Increment(ref _version);
        int length = random.Next(8) switch
        {
            0 or 1 => LargeBytes,
            < 3 => 4_000,
            _ => 40 + random.Next(800),
        };
        string filler = new((char)('a' + (version % 26)), length);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","pk":"{{KeyOf(id)}}","v":{{version}},"t":"{{filler}}"}""");
    }

    private static bool Matches(Version version, Item<ReadOnlyMemory<byte>>? read) => read is { } item
        ? version.Body == Text(item) && (version.ETag is null || (version.ETag == item.ETag && version.Lsn == item.Lsn))
        : version.Body is null;

    private static string Text(Item<ReadOnlyMemory<byte>> item) => Encoding.UTF8.GetString(item.Value.Span);

    private static string IdOf(Item<ReadOnlyMemory<byte>> item)
    {
        using var document = JsonDocument.Parse(item.Value);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    private static string Short(string? body) => body is null ? "nothing" : body[..Math.Min(body.Length, 60)];
}
