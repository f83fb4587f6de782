using System.Globalization;
using System.IO.Compression;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.Log;
using Nacre.Core.Spatial;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Indexes;

namespace Nacre.Micro.Documents;

/// <summary>
/// What indexes cost a write and answer a query, over documents of a file:
/// <c>indexes cities.jsonl.gz [count=171075] [buffer=16]</c>, buffer in MiB. Times are processor time of the whole process,
/// over a store that costs next to nothing: drains are among them, encryption and disk are not.
/// </summary>
internal static class IndexRun
{
    private const int BatchEntries = 128;

    private static readonly RangeDefinition Plain = new(
        new RangeId(1), new RangeGeneration(1), new DatabaseId(1), new ContainerId(1),
        HashInterval.Whole, PartitionKeyDefinition.Create("/country").Value, KeyDomainId.Shared);

    public static async Task RunAsync(string file, string[] options)
    {
        Dictionary<string, string> settings = options.Select(o => o.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        int count = int.Parse(settings.GetValueOrDefault("count", "171075"), CultureInfo.InvariantCulture);
        long buffer = long.Parse(settings.GetValueOrDefault("buffer", "16"), CultureInfo.InvariantCulture) << 20;
        List<byte[]> documents = Read(file, count);
        Console.WriteLine($"{documents.Count:N0} documents, {documents.Sum(document => (long)document.Length) / documents.Count} bytes each, buffers of {buffer >> 20} MiB");
        Pass(documents);
        double plain = Load(Plain, documents, buffer, out _);
        RangeDefinition indexed = Plain with { Indexing = IndexingPolicy.Default };
        double withIndexes = Load(indexed, documents, buffer, out DocumentStateMachine machine);
        Console.WriteLine($"  an insert takes {withIndexes - plain:F1} µs more with every path indexed");
        await AskAsync(machine, indexed);
        RangeDefinition spatial = Plain with
        {
            Indexing = IndexingPolicy.Parse("""{"includedPaths":[{"path":"/*"}],"spatialIndexes":[{"path":"/location/*","types":["Point"]}]}"""u8.ToArray()).Value,
        };
        double withPlaces = Load(spatial, documents, buffer, out machine);
        Console.WriteLine($"  an insert takes {withPlaces - withIndexes:F1} µs more with a spatial index besides");
        await AskNearAsync(machine, spatial);
    }

    private static void Pass(List<byte[]> documents)
    {
        var set = new IndexSet(new IndexSetId(1), IndexingPolicy.Default, built: null);
        var pass = new TermPass();
        var terms = new TermList();
        for (int round = 0; round < 3; round++)
        {
            long found = 0;
            TimeSpan start = Environment.CpuUsage.TotalTime;
            foreach (byte[] document in documents)
            {
                pass.Collect(document, set, terms);
                found += terms.Count;
            }

            if (round == 2)
            {
                double each = (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / documents.Count;
                Console.WriteLine($"  terms: {each:F2} µs a document, {(double)found / documents.Count:F1} terms");
            }
        }
    }

    private static double Load(RangeDefinition range, List<byte[]> documents, long buffer, out DocumentStateMachine machine)
    {
        string name = range.Indexing is null ? "without indexes"
            : range.Indexing.SpatialIndexes.IsEmpty ? "every path indexed"
            : "and a spatial index";
        var log = new Log(range);
        var store = new ArenaShardStore();
        machine = DocumentStateMachine.Open(new DocumentStoreOptions { Cluster = Log.Cluster, Shard = Log.Shard, BufferBytes = buffer }, store);
        machine.Apply([log.Activate()], new CommandOutcome[1]);
        double insert = Apply(machine, documents.ConvertAll(document => log.Write(ItemOperationKind.Create, document)));
        DrainAll(machine);
        DocumentShardStatus status = machine.Status();
        Console.WriteLine($"  {name}: insert {insert:F1} µs; nodes written {status.NodeLogBytes / 1e6:F0} MB, live {machine.NodeBytes / 1e6:F0} MB; documents {status.ItemLogBytes / 1e6:F0} MB");
        List<LogRecord> replaces = documents.Take(50_000).Select(document => log.Write(ItemOperationKind.Replace, Altered(document))).ToList();
        double replace = Apply(machine, replaces);
        Console.WriteLine($"  {name}: replace of one member {replace:F1} µs");
        return insert;
    }

    private static double Apply(DocumentStateMachine machine, List<LogRecord> log)
    {
        LogRecord[] records = [.. log];
        var outcomes = new CommandOutcome[BatchEntries];
        GC.Collect();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int at = 0; at < records.Length; at += BatchEntries)
        {
            machine.Apply(records.AsSpan(at, Math.Min(BatchEntries, records.Length - at)), outcomes);
            machine.Maintain();
            if (outcomes[0].Code != ErrorCode.None)
            {
                throw new InvalidOperationException($"An entry was refused: {outcomes[0].Code}.");
            }
        }

        return (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / records.Length;
    }

    private static void DrainAll(DocumentStateMachine machine)
    {
        while (machine.Maintain())
        {
        }

        machine.BeginCheckpoint();
    }

    private static async Task AskAsync(DocumentStateMachine machine, RangeDefinition range)
    {
        IRangeIndex index = machine.OpenView().OpenIndex(range.Range).Value;
        IndexRef country = index.Find(DocumentPath.Parse("/country").Value);
        IndexRef name = index.Find(DocumentPath.Parse("/name").Value);
        for (int round = 0; round < 3; round++)
        {
            await TimeAsync(round, "count of one value", 1000, async () => await index.CountAsync(country, IndexBounds.Of(IndexKey.OfText("NL", out _)), default));
            await TimeAsync(round, "count of each value", 10, async () =>
            {
                await using IIndexCursor cursor = index.Scan(country, IndexBounds.All, descending: false);
                bool more = (await cursor.MoveNextAsync(default)).Value;
                while (more)
                {
                    byte[] value = cursor.Value.ToArray();
                    await index.CountAsync(country, IndexBounds.Of(value), default);
                    more = (await cursor.SkipToAsync(value, new ItemNumber(ulong.MaxValue), default)).Value;
                }
            });
            await TimeAsync(round, "scan of all names", 3, async () =>
            {
                await using IIndexCursor cursor = index.Scan(name, IndexBounds.All, descending: false);
                while ((await cursor.MoveNextAsync(default)).Value)
                {
                }
            });
            await TimeAsync(round, "20 items by name", 200, async () =>
            {
                await using IIndexCursor cursor = index.Scan(name, new IndexBounds(IndexKey.OfText("M", out _), true, default, false), descending: false);
                for (int row = 0; row < 20 && (await cursor.MoveNextAsync(default)).Value; row++)
                {
                    using DocumentLease document = (await index.ReadAsync(cursor.Item, default)).Value.Document;
                }
            });
        }
    }

    private static async Task AskNearAsync(DocumentStateMachine machine, RangeDefinition range)
    {
        IRangeIndex index = machine.OpenView().OpenIndex(range.Range).Value;
        var amsterdam = new Geometry { Type = SpatialTypes.Point, Point = GeoPoint.FromDegrees(4.9, 52.37) };
        int given = 0;
        for (int round = 0; round < 3; round++)
        {
            await TimeAsync(round, "candidates within 50 km", 100, async () =>
            {
                IndexRef places = index.FindSpatial(
                    DocumentPath.Parse("/location").Value, GeoRegion.Around(amsterdam, 50_000), out IReadOnlyList<IndexBounds> bounds);
                given = 0;
                foreach (IndexBounds part in bounds)
                {
                    await using IIndexCursor cursor = index.Scan(places, part, descending: false);
                    while ((await cursor.MoveNextAsync(default)).Value)
                    {
                        given++;
                    }
                }
            });
        }

        Console.WriteLine($"  {given} of them");
    }

    private static async Task TimeAsync(int round, string name, int times, Func<Task> ask)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int at = 0; at < times; at++)
        {
            await ask();
        }

        if (round == 2)
        {
            Console.WriteLine($"  {name}: {(Environment.CpuUsage.TotalTime - start).TotalMicroseconds / times:F1} µs");
        }
    }

    private static byte[] Altered(byte[] document) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(document).Replace("\"name\":\"", "\"name\":\"New ", StringComparison.Ordinal));

    private static List<byte[]> Read(string file, int count)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var documents = new List<byte[]>();
        while (documents.Count < count && reader.ReadLine() is { } line)
        {
            documents.Add(Encoding.UTF8.GetBytes(line));
        }

        return documents;
    }

    /// <summary>Makes entries as a leader would.</summary>
    private sealed class Log(RangeDefinition range)
    {
        public static readonly ClusterId Cluster = new(1);
        public static readonly ShardId Shard = new(1);

        private ulong _index;

        public LogRecord Activate() => Entry(RangeCommand.Activate(range).Encode());

        public LogRecord Write(ItemOperationKind kind, byte[] document)
        {
            byte[] key = DocumentInspector.Inspect(document, range.PartitionKey).Value.EncodeKey();
            var operation = new ItemOperation(kind, Precondition.None, key, document);
            byte[] command = new byte[ItemCommand.SizeOf([operation])];
            ItemCommand.Write([operation], command);
            return Entry(command);
        }

        private LogRecord Entry(byte[] command)
        {
            var header = new EntryHeader
            {
                Kind = EntryKind.Data,
                Cluster = Cluster,
                Shard = Shard,
                Sequence = new Sequence(++_index),
                Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks((long)_index * 100),
                Range = range.Range,
                Generation = range.Generation,
                Container = range.Container,
                Operations = 1,
            };
            return new LogRecord(new LogIndex(_index), new Term(1), EntryCodec.Encode(header, command));
        }
    }
}
