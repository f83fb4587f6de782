using CsCheck;
using Nacre.Core.Commands;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Buffered changes that a checkpoint keeps instead of draining them.</summary>
[TestFixture]
public sealed class BufferedChangesTests
{
    private static readonly Gen<(byte Key, int Size)[]> GenChanges = Gen.Select(Gen.Byte, Gen.Int[-1, 255]).Array[0, 60];

    [Test]
    public void TryReadBuffered_RootAndWhatWasBuffered_AreTheWholeIndex() =>
        Gen.Select(GenChanges, GenChanges, GenChanges, Gen.Bool).Sample((drained, frozen, active, draining) =>
        {
            MemoryShardStore store = new MemoryShardDisk().Open();
            OrderedIndex index = Open(store, TreeRoot.Empty, next: 1);
            Change(index, drained);
            index.Drain();
            Change(index, frozen);
            if (draining && index.BeginDrain())
            {
                index.DrainSlice(1);
            }

            Change(index, active);
            var writer = new CommandWriter();
            index.WriteBuffered(writer);
            OrderedIndex read = Open(store, index.Root, next: 1_000_000);
            var reader = new CommandReader(writer.Written);

            Assert.That(read.TryReadBuffered(ref reader), Is.True);
            Assert.That(reader.IsAtEnd, Is.True);
            for (int key = 0; key < 256; key++)
            {
                bool there = index.TryGet([(byte)key], out TreeValue expected);
                Assert.That(read.TryGet([(byte)key], out TreeValue found), Is.EqualTo(there));
                Assert.That(found.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()));
                Assert.That(read.IsBuffered([(byte)key]), Is.EqualTo(index.IsBuffered([(byte)key])));
            }

            read.Drain();
            index.Drain();
            Assert.That(read.Root.Entries, Is.EqualTo(index.Root.Entries));
        });

    [Test]
    public void TryReadBuffered_Noise_IsRefused() => Gen.Byte[0, 4].Array[0, 30].Sample(bytes =>
    {
        OrderedIndex index = Open(new MemoryShardDisk().Open(), TreeRoot.Empty, next: 1);
        var reader = new CommandReader(bytes);
        if (!index.TryReadBuffered(ref reader))
        {
            return;
        }

        // Whatever is accepted is written back to the same state.
        var writer = new CommandWriter();
        index.WriteBuffered(writer);
        Assert.That(writer.Length, Is.LessThanOrEqualTo(bytes.Length - reader.Remaining));
    }, iter: 2000);

    private static OrderedIndex Open(MemoryShardStore store, TreeRoot root, ulong next) => new(
        new TreeId(1), store.Nodes, new NodeAllocator(next), new NodeCache(1 << 20), new TreeOptions { NodeBytes = 1024 }, root);

    private static void Change(OrderedIndex index, (byte Key, int Size)[] changes)
    {
        foreach ((byte key, int size) in changes)
        {
            if (size < 0)
            {
                index.Delete([key]);
            }
            else
            {
                byte[] value = new byte[size];
                Array.Fill(value, (byte)size);
                index.Put([key], value);
            }
        }
    }
}
