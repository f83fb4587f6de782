using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Keys;

/// <summary>Rings of several nodes: what one has, others take over.</summary>
[TestFixture]
internal sealed class KeyRingSharingTests
{
    private const int Nodes = 3;
    private const uint FirstKeys = 8;

    private static readonly ClusterId Cluster = new(0xABC);

    private static readonly KeyDomainId Other = new(7);

    private static readonly Gen<Action<Rings>> Step = Gen.Frequency(
        (3, Gen.Select(Gen.Int[0, Nodes - 1], Gen.Bool, Gen.Bool, (node, other, domainToo) => (Action<Rings>)(rings => rings.Rotate(node, other ? Other : KeyDomainId.Shared, domainToo)))),
        (1, Gen.Select(Gen.Int[0, Nodes - 1], Gen.UInt[1, 30], (node, key) => (Action<Rings>)(rings => rings.Destroy(node, new DataKeyId(key))))),
        (3, Gen.Select(Gen.Int[0, Nodes - 1], Gen.Int[0, Nodes - 1], (from, to) => (Action<Rings>)(rings => rings.Merge(from, to)))),
        (1, Gen.Int[0, Nodes - 1].Select(node => (Action<Rings>)(rings => rings.Restart(node)))));

    [Test]
    public void Merge_OfAnyRotationsInAnyOrder_MakesAllRingsAlike() => Step.Array[0, 40].Sample(
        steps =>
        {
            using var rings = new Rings();
            foreach (Action<Rings> step in steps)
            {
                step(rings);
            }

            rings.MergeAll();
            rings.CheckAlike();
            for (int node = 0; node < Nodes; node++)
            {
                rings.Restart(node);
            }

            rings.CheckAlike();
        },
        iter: 200);

    [Test]
    public void Adopt_UnderAnotherRootKey_DerivesTheSameAndOpensAgain()
    {
        var files = new SimulatedFileSystem();
        using KeyRing first = Folder(files, 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        first.RotateDomainKey(KeyDomainId.Shared).Expect();
        using SecretBytes export = first.Export();

        using (KeyRing second = Folder(files, 1).Adopt(Cluster, export.Span, new FixedRootKeyProvider(2)).Expect())
        {
            Assert.That(Derive(second, 1), Is.EqualTo(Derive(first, 1)));
            Assert.That(second.Status().Domains.Single().Version, Is.EqualTo(2));
        }

        using KeyRing again = Folder(files, 1).Open(new FixedRootKeyProvider(2), minimumGeneration: 1).Expect();
        Assert.That(Derive(again, 2), Is.EqualTo(Derive(first, 2)));
        Assert.That(again.Current(KeyDomainId.Shared), Is.EqualTo(first.Current(KeyDomainId.Shared)));
        Assert.That(files.FindBytes(export.Span[^32..].ToArray()), Is.Null, "a key in clear");
        Assert.That(Folder(files, 1).Adopt(Cluster, export.Span, new FixedRootKeyProvider(2)).Code(), Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That(Folder(files, 2).Adopt(new ClusterId(1), export.Span, new FixedRootKeyProvider(2)).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Export_WithFixedChance_MatchesGoldenFile()
    {
        using KeyRing ring = Folder(new SimulatedFileSystem(), 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();
        ring.AddDomain(Other).Expect();
        ring.RotateDomainKey(Other).Expect();
        ring.DestroyDataKey(new DataKeyId(1)).Expect();
        using SecretBytes export = ring.Export();

        Golden.Check("keyring-export-v1.bin", export.Span.ToArray());
    }

    [Test]
    public void Merge_OfWhatIsThere_WritesNothing()
    {
        var files = new SimulatedFileSystem();
        using KeyRing ring = Folder(files, 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        using SecretBytes export = ring.Export();

        Assert.That(ring.Merge(export.Span).Expect(), Is.False);
        Assert.That(ring.Generation, Is.EqualTo(1));
    }

    [Test]
    public void Merge_OfAnotherKeyUnderAnId_IsCorruptAndChangesNothing()
    {
        var files = new SimulatedFileSystem();
        using KeyRing one = Folder(files, 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        using KeyRing two = Folder(files, 1).Create(Cluster, new FixedRootKeyProvider(2)).Expect();
        two.RotateDataKey(KeyDomainId.Shared).Expect();
        using SecretBytes export = two.Export();

        Assert.That(one.Merge(export.Span).Code(), Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(one.Current(KeyDomainId.Shared), Is.EqualTo(new DataKeyId(1)));
    }

    [Test]
    public void Merge_OfAnyTruncationOrDisorder_IsRefused()
    {
        using KeyRing ring = Folder(new SimulatedFileSystem(), 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        using SecretBytes export = ring.Export();
        for (int length = 0; length < export.Length; length++)
        {
            Assert.That(ring.Merge(export.Span[..length]).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{length} bytes");
        }

        foreach ((int at, byte value, ErrorCode code) in new (int, byte, ErrorCode)[]
                 { (8, 2, ErrorCode.Unsupported), (12, 1, ErrorCode.Corrupt), (32, 9, ErrorCode.Corrupt), (40, 5, ErrorCode.Corrupt), (56, 2, ErrorCode.Corrupt), (56, 9, ErrorCode.Corrupt) })
        {
            byte[] changed = export.Span.ToArray();
            changed[at] = value;
            Assert.That(ring.Merge(changed).Code(), Is.EqualTo(code), $"byte {at} as {value}");
        }
    }

    [Test]
    public void Merge_OnAFullDisk_ThrowsAndTakesNothingOver()
    {
        var files = new SimulatedFileSystem();
        using KeyRing one = Folder(files, 0).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        using SecretBytes base0 = one.Export();
        using KeyRing two = Folder(files, 1).Adopt(Cluster, base0.Span, new FixedRootKeyProvider(2)).Expect();
        one.RotateDataKey(KeyDomainId.Shared).Expect();
        using SecretBytes export = one.Export();
        byte[] bytes = export.Span.ToArray();
        files.Fail(SimulatedOperationKind.Flush, fault: StorageFaultKind.NoSpace);

        Assert.Throws<StorageFaultException>(() => two.Merge(bytes));

        Assert.That(two.Current(KeyDomainId.Shared), Is.EqualTo(new DataKeyId(1)));
        Assert.That(Derive(two, 2), Is.Null);
    }

    [Test]
    public void Open_OfAnEnvelope_GivesTheSecretToWhoeverAskedAlone()
    {
        using var asking = new KeyEnvelope();
        using var another = new KeyEnvelope();
        byte[] secret = [.. Enumerable.Range(0, 100).Select(at => (byte)at)];
        byte[] envelope = KeyEnvelope.Seal(asking.PublicKey, secret, "node 2"u8).Expect();

        using SecretBytes opened = asking.Open(envelope, "node 2"u8).Expect();
        Assert.That(opened.Span.ToArray(), Is.EqualTo(secret));
        Assert.That(another.Open(envelope, "node 2"u8).Code(), Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(asking.Open(envelope, "node 3"u8).Code(), Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(KeyEnvelope.Seal([1, 2, 3], secret, "x"u8).Code(), Is.EqualTo(ErrorCode.Malformed));
        for (int at = 0; at < envelope.Length; at++)
        {
            byte[] changed = [.. envelope];
            changed[at] ^= 1;
            Assert.That(asking.Open(changed, "node 2"u8).Code(), Is.EqualTo(at == 0 ? ErrorCode.Unsupported : ErrorCode.Corrupt), $"byte {at}");
            Assert.That(asking.Open(envelope.AsSpan(0, at), "node 2"u8).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{at} bytes");
        }
    }

    private static KeyRingFolder Folder(SimulatedFileSystem files, int node) => new(
        files, $"/data/{node}/keys", new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), new SeededRandom((ulong)node + 1));

    private static string? Derive(KeyRing ring, uint key)
    {
        byte[] derived = new byte[32];
        return ring.TryDerive(new DataKeyId(key), "test"u8, derived) ? Convert.ToHexString(derived) : null;
    }

    /// <summary>A cluster's rings, each on a disk of its own; ids are set aside as the control shard does it.</summary>
    private sealed class Rings : IDisposable
    {
        private readonly SimulatedFileSystem _files = new();
        private readonly KeyRing[] _rings = new KeyRing[Nodes];
        private uint _next = FirstKeys;

        public Rings()
        {
            _rings[0] = Folder(_files, 0).Create(Cluster, Root(0)).Expect();
            _rings[0].AddDomain(Other).Expect();
            using SecretBytes export = _rings[0].Export();
            for (int node = 1; node < Nodes; node++)
            {
                _rings[node] = Folder(_files, node).Adopt(Cluster, export.Span, Root(node)).Expect();
            }
        }

        public void Rotate(int node, KeyDomainId domain, bool domainToo)
        {
            _rings[node].SkipTo(new DataKeyId(_next++));
            (domainToo ? _rings[node].RotateDomainKey(domain) : _rings[node].RotateDataKey(domain)).Expect();
        }

        // A current key, or one that is not there, is refused.
        public void Destroy(int node, DataKeyId key) => _ = _rings[node].DestroyDataKey(key);

        public void Merge(int from, int to)
        {
            using SecretBytes export = _rings[from].Export();
            _rings[to].Merge(export.Span).Expect();
        }

        public void MergeAll()
        {
            for (int from = 0; from < Nodes; from++)
            {
                Merge(from, 0);
            }

            for (int to = 1; to < Nodes; to++)
            {
                Merge(0, to);
            }
        }

        public void Restart(int node)
        {
            ulong generation = _rings[node].Generation;
            _rings[node].Dispose();
            _rings[node] = Folder(_files, node).Open(Root(node), generation).Expect();
        }

        public void CheckAlike()
        {
            KeyRingStatus[] all = [.. _rings.Select(ring => ring.Status())];
            foreach (KeyRingStatus one in all)
            {
                Assert.That(one.DataKeys.Select(key => (key.Id, key.Domain, key.State)), Is.EqualTo(all[0].DataKeys.Select(key => (key.Id, key.Domain, key.State))));
                Assert.That(one.Domains.Select(domain => (domain.Domain, domain.Version)), Is.EqualTo(all[0].Domains.Select(domain => (domain.Domain, domain.Version))));
            }

            for (uint key = 1; key < _next + 2; key++)
            {
                Assert.That(_rings.Select(ring => Derive(ring, key)).Distinct().Count(), Is.EqualTo(1), $"key {key}");
            }
        }

        public void Dispose()
        {
            foreach (KeyRing ring in _rings)
            {
                ring.Dispose();
            }
        }

        private static FixedRootKeyProvider Root(int node) => new((byte)(node + 1));
    }
}
