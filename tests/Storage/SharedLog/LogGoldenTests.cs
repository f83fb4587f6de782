using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.Tests.Support;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>The format, byte by byte: a change here is a change of <c>docs/formats/log.md</c> and of its version.</summary>
[TestFixture]
public sealed class LogGoldenTests
{
    private const string GoldenName = "log-v1.segment";
    private const string Segment = LogBench.Folder + "/0000000000000001.segment";
    private static readonly HardState State = new(new Term(7), new ReplicaId(2));

    [Test]
    public async Task Write_OfKnownRecords_GivesTheGoldenBytes()
    {
        var bench = new LogBench(seed: 99);
        bench.Open();
        bench.Append(1, 1, 7, State, KeyDomainId.Shared, "first"u8.ToArray(), "second"u8.ToArray());
        bench.Queue(bench.Make(2, 1, 1, null, new KeyDomainId(5), "of another domain"u8.ToArray()));
        bench.Queue(bench.Make(1, 2, 8, null, KeyDomainId.Shared, "second, superseded"u8.ToArray()));
        bench.Log.Pump();
        bench.Log.Release(new ShardId(1), new LogIndex(1));
        bench.Append(1, 3, 8, new byte[5000]);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        bench.Log.Pump();
        await bench.CloseAsync("a note"u8.ToArray());

        Golden.Check(GoldenName, bench.Files.Get(Segment));
    }

    [Test]
    public async Task Open_OfTheGoldenFile_GivesTheKnownRecords()
    {
        var bench = new LogBench(seed: 1);
        bench.Files.Put(Segment, Golden.Read(GoldenName));

        bench.Open();

        Assert.That(bench.Log.Recovery.IsCleanStop);
        Assert.That(bench.Log.Recovery.Note.ToArray(), Is.EqualTo("a note"u8.ToArray()));
        Assert.That(bench.Log.StateOf(new ShardId(1)), Is.EqualTo(
            new ShardLogState(State, new LogIndex(1), new Term(7), new LogIndex(3), new Term(8))));
        Assert.That((await bench.ReadAllAsync(1)).Select(record => record.Entry.ToArray()),
            Is.EqualTo(new[] { "second, superseded"u8.ToArray(), new byte[5000] }));
        Assert.That((await bench.ReadAllAsync(2)).Single().Entry.ToArray(), Is.EqualTo("of another domain"u8.ToArray()));
    }

    [Test]
    public void Open_OfAnUnknownVersion_Refuses()
    {
        byte[] later = Golden.Read(GoldenName);
        later[8]++;
        var bench = new LogBench(seed: 1);
        bench.Files.Put(Segment, later);

        Assert.That(() => bench.Open(), Throws.TypeOf<Core.Files.StorageFaultException>());
    }
}
