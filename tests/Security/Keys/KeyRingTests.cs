using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Keys;

[TestFixture]
internal sealed class KeyRingTests
{
    private const string RingPath = "/data/keys/keyring";
    private static readonly ClusterId Cluster = new(((UInt128)0x0123456789abcdef << 64) | 0xfedcba9876543210);
    private static readonly FixedRootKeyProvider Root = new(0x11);

    private SimulatedFileSystem _files = null!;
    private FakeTimeProvider _time = null!;
    private KeyRingFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new SimulatedFileSystem();
        _time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        _folder = new KeyRingFolder(_files, "/data/keys", _time, new SeededRandom(1));
    }

    [Test]
    public void Create_WithFixedChance_MatchesGoldenFile()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();
        ring.AddDomain(new KeyDomainId(7)).Expect();
        ring.RotateDomainKey(KeyDomainId.Shared).Expect();
        ring.DestroyDataKey(new DataKeyId(1)).Expect();

        Golden.Check("keyring-v1.bin", _files.Get(RingPath));
    }

    [Test]
    public void Open_GoldenFile_DerivesTheKeysOfVersionOne()
    {
        _files.Put(RingPath, Golden.Read("keyring-v1.bin"));

        using KeyRing ring = _folder.Open(Root).Expect();

        Assert.Multiple(() =>
        {
            Assert.That(ring.Cluster, Is.EqualTo(Cluster));
            Assert.That(ring.Generation, Is.EqualTo(5));
            Assert.That(ring.Current(KeyDomainId.Shared), Is.EqualTo(new DataKeyId(4)));
            Assert.That(Derive(ring, 2), Is.EqualTo("6E97"));
            Assert.That(Derive(ring, 1), Is.Null);
        });
    }

    [Test]
    public void Create_WhenRingIsThere_RefusesAndKeepsIt()
    {
        _folder.Create(Cluster, Root).Expect().Dispose();
        byte[] before = _files.Get(RingPath);

        Assert.That(_folder.Create(Cluster, Root).Code(), Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That(_files.Get(RingPath), Is.EqualTo(before));
    }

    [Test]
    public void Open_WithoutRing_SaysNotFound() =>
        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.NotFound));

    [Test]
    public void Open_WithAnotherRootKey_SaysWrongRootKey()
    {
        _folder.Create(Cluster, Root).Expect().Dispose();

        Assert.That(_folder.Open(new FixedRootKeyProvider(0x22)).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
    }

    [Test]
    public void Open_AfterReopening_DerivesTheSameKeys()
    {
        string? first;
        using (KeyRing ring = _folder.Create(Cluster, Root).Expect())
        {
            first = Derive(ring, 1);
        }

        using KeyRing reopened = _folder.Open(Root).Expect();
        Assert.That(Derive(reopened, 1), Is.EqualTo(first).And.Not.Null);
    }

    [Test]
    public void Open_AnyByteChanged_IsRefused()
    {
        _folder.Create(Cluster, Root).Expect().Dispose();
        byte[] whole = _files.Get(RingPath);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x01;
            _files.Put(RingPath, changed);

            ErrorCode expected = at switch
            {
                8 or 9 => ErrorCode.Unsupported,
                >= 40 and < 56 => ErrorCode.RootKeyWrong,
                _ => ErrorCode.Corrupt,
            };
            Assert.That(_folder.Open(Root).Code(), Is.EqualTo(expected), $"byte {at}");
        }
    }

    [Test]
    public void Open_AnyTruncation_IsCorrupt()
    {
        _folder.Create(Cluster, Root).Expect().Dispose();
        byte[] whole = _files.Get(RingPath);
        for (int length = 0; length < whole.Length; length++)
        {
            _files.Put(RingPath, whole.AsSpan(0, length));
            Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{length} bytes");
        }

        _files.Put(RingPath, [.. whole, 0]);
        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Open_OlderFilePutBack_IsSeenByItsGeneration()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        byte[] older = _files.Get(RingPath);
        ring.RotateDataKey(KeyDomainId.Shared).Expect();
        _files.Put(RingPath, older);

        Result<KeyRing> opened = _folder.Open(Root, ring.Generation);

        Assert.That(opened.Code(), Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(opened.Error!.Message, Does.Contain("older copy"));
    }

    [Test]
    public void Open_DataKeysSwappedBySomebodyWithTheRootKey_IsCorrupt()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Splice(content => content with
        {
            DataKeys = content.DataKeys
                .SetItem(0, content.DataKeys[0] with { Wrapped = content.DataKeys[1].Wrapped })
                .SetItem(1, content.DataKeys[1] with { Wrapped = content.DataKeys[0].Wrapped }),
        });

        Result<KeyRing> opened = _folder.Open(Root);
        Assert.That(opened.Code(), Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(opened.Error!.Message, Does.Contain("data key 1"));
    }

    [Test]
    public void Open_RetiredKeyMadeCurrentAgain_IsCorrupt()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Splice(content => content with
        {
            DataKeys = content.DataKeys
                .SetItem(0, content.DataKeys[0] with { State = DataKeyState.Current })
                .SetItem(1, content.DataKeys[1] with { State = DataKeyState.Retired }),
        });

        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Open_DomainKeyTakenFromAnOlderVersion_IsCorrupt()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        KeyRingContent older = KeyRingCodec.Decode(_files.Get(RingPath), Root.Key()).Expect();
        ring.RotateDomainKey(KeyDomainId.Shared).Expect();

        Splice(content => content with
        {
            Domains = [content.Domains[0] with { Wrapped = older.Domains[0].Wrapped }],
        });

        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Open_KeysOfAnotherCluster_AreCorrupt()
    {
        _folder.Create(Cluster, Root).Expect().Dispose();

        Splice(content => content with { Cluster = new ClusterId(Cluster.Value + 1) });

        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void RotateDataKey_Always_KeepsOldKeysUsable()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        string? before = Derive(ring, 1);

        DataKeyId second = ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Assert.That(ring.Current(KeyDomainId.Shared), Is.EqualTo(second).And.EqualTo(new DataKeyId(2)));
        Assert.That(Derive(ring, 1), Is.EqualTo(before));
        Assert.That(Derive(ring, 2), Is.Not.EqualTo(before));
    }

    [Test]
    public void RotateDomainKey_Always_RewrapsEveryKeyOfThatDomainAlone()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        ring.AddDomain(new KeyDomainId(3)).Expect();
        KeyRingContent before = KeyRingCodec.Decode(_files.Get(RingPath), Root.Key()).Expect();

        ring.RotateDomainKey(KeyDomainId.Shared).Expect();

        KeyRingContent after = KeyRingCodec.Decode(_files.Get(RingPath), Root.Key()).Expect();
        Assert.Multiple(() =>
        {
            Assert.That(after.Domains[0].Version, Is.EqualTo(2));
            Assert.That(after.Domains[0].Wrapped, Is.Not.EqualTo(before.Domains[0].Wrapped));
            Assert.That(after.DataKeys[0].Wrapped, Is.Not.EqualTo(before.DataKeys[0].Wrapped));
            Assert.That(after.Domains[1].Wrapped, Is.EqualTo(before.Domains[1].Wrapped));
            Assert.That(after.DataKeys[1].Wrapped, Is.EqualTo(before.DataKeys[1].Wrapped));
        });
    }

    [Test]
    public void RotateRootKey_Always_LocksTheOldOneOut()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        string? before = Derive(ring, 1);
        var next = new FixedRootKeyProvider(0x33);

        using (RootKey key = next.Key())
        {
            ring.RotateRootKey(key);
        }

        Assert.That(_folder.Open(Root).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
        ring.RotateDataKey(KeyDomainId.Shared).Expect();
        using KeyRing reopened = _folder.Open(next).Expect();
        Assert.That(Derive(reopened, 1), Is.EqualTo(before));
    }

    [Test]
    public void DestroyDataKey_RetiredKey_IsGoneForGood()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        ring.RotateDataKey(KeyDomainId.Shared).Expect();

        ring.DestroyDataKey(new DataKeyId(1)).Expect();
        ring.DestroyDataKey(new DataKeyId(1)).Expect();

        Assert.That(Derive(ring, 1), Is.Null);
        using KeyRing reopened = _folder.Open(Root).Expect();
        Assert.That(Derive(reopened, 1), Is.Null);
        Assert.That(reopened.Status().DataKeys[0].State, Is.EqualTo(DataKeyState.Destroyed));
    }

    [Test]
    public void DestroyDataKey_CurrentKey_IsRefused()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();

        Assert.That(ring.DestroyDataKey(new DataKeyId(1)).Code(), Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(Derive(ring, 1), Is.Not.Null);
    }

    [Test]
    public void UnknownNames_Always_AreNotFound()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();

        Assert.Multiple(() =>
        {
            Assert.That(ring.DestroyDataKey(new DataKeyId(9)).Code(), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(ring.RotateDataKey(new KeyDomainId(9)).Code(), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(ring.RotateDomainKey(new KeyDomainId(9)).Code(), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(ring.AddDomain(KeyDomainId.Shared).Code(), Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(Derive(ring, 9), Is.Null);
        });
    }

    [Test]
    public void TryDerive_DistinctContexts_GiveDistinctKeys()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        byte[] first = new byte[32];
        byte[] second = new byte[32];

        Assert.That(ring.TryDerive(new DataKeyId(1), "file 1"u8, first), Is.True);
        Assert.That(ring.TryDerive(new DataKeyId(1), "file 2"u8, second), Is.True);
        Assert.That(first, Is.Not.EqualTo(second));
    }

    [Test]
    public void Status_AfterChanges_TellsStatesAndTimes()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        DateTimeOffset created = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromDays(30));
        ring.RotateDataKey(KeyDomainId.Shared).Expect();

        KeyRingStatus status = ring.Status();

        Assert.Multiple(() =>
        {
            Assert.That(status.Generation, Is.EqualTo(2));
            Assert.That(status.WrittenAt, Is.EqualTo(_time.GetUtcNow()));
            Assert.That(status.DataKeys[0], Is.EqualTo(new DataKeyStatus(new DataKeyId(1), KeyDomainId.Shared, DataKeyState.Retired, created, _time.GetUtcNow())));
            Assert.That(status.DataKeys[1].State, Is.EqualTo(DataKeyState.Current));
            Assert.That(status.Domains, Is.EqualTo(new[] { new DomainKeyStatus(KeyDomainId.Shared, 1, created) }));
        });
    }

    [TestCase(SimulatedOperationKind.Create)]
    [TestCase(SimulatedOperationKind.Write)]
    [TestCase(SimulatedOperationKind.Flush)]
    [TestCase(SimulatedOperationKind.Rename)]
    [TestCase(SimulatedOperationKind.SyncDirectory)]
    public void Write_DiskFails_NothingChangesHereAndNoIdIsGivenTwice(SimulatedOperationKind kind)
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        _files.Fail(kind);

        Assert.That(() => ring.RotateDataKey(KeyDomainId.Shared), Throws.TypeOf<StorageFaultException>());

        Assert.That(ring.Current(KeyDomainId.Shared), Is.EqualTo(new DataKeyId(1)));
        Assert.That(ring.Generation, Is.EqualTo(1));
        using (KeyRing reopened = _folder.Open(Root, ring.Generation).Expect())
        {
            Assert.That(Derive(reopened, 1), Is.EqualTo(Derive(ring, 1)));
        }

        Assert.That(ring.RotateDataKey(KeyDomainId.Shared).Expect(), Is.EqualTo(new DataKeyId(3)));
        Assert.That(ring.Generation, Is.EqualTo(3));
    }

    [Test]
    public void Write_PowerLostAtAnyStep_OldOrNewRingOpens()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            bool crashed = true;
            for (int step = 1; crashed; step++)
            {
                SetUp();
                using KeyRing ring = _folder.Create(Cluster, Root).Expect();
                ring.RotateDataKey(KeyDomainId.Shared).Expect();
                ulong generation = ring.Generation;
                _files.CrashAt(_files.Changes + step, seed);
                try
                {
                    ring.DestroyDataKey(new DataKeyId(1)).Expect();
                    generation = ring.Generation;
                    ring.RotateDomainKey(KeyDomainId.Shared).Expect();
                    generation = ring.Generation;
                    crashed = false;
                }
                catch (SimulatedCrashException)
                {
                    // What follows is the next start.
                }

                var after = new KeyRingFolder(_files.Reboot(seed), "/data/keys", _time, new SeededRandom(7));
                using KeyRing reopened = after.Open(Root, generation).Expect();
                Assert.That(Derive(reopened, 2), Is.EqualTo(Derive(ring, 2)), $"seed {seed}, step {step}");
                reopened.RotateDataKey(KeyDomainId.Shared).Expect();
            }
        }
    }

    [Test]
    public void AnyChanges_ThenReopen_DeriveAsBefore() =>
        Gen.Int[0, 4].List[1, 12].Sample(
            steps =>
            {
                var files = new SimulatedFileSystem();
                var folder = new KeyRingFolder(files, "/k", TimeProvider.System, CryptographicRandom.Instance);
                byte rootFill = 1;
                using KeyRing ring = folder.Create(Cluster, new FixedRootKeyProvider(rootFill)).Expect();
                uint domains = 1;
                foreach (int step in steps)
                {
                    var domain = new KeyDomainId((uint)step % domains);
                    switch (step)
                    {
                        case 0: ring.RotateDataKey(domain).Expect(); break;
                        case 1: ring.RotateDomainKey(domain).Expect(); break;
                        case 2: ring.AddDomain(new KeyDomainId(domains++)).Expect(); break;
                        case 3:
                            using (RootKey next = new FixedRootKeyProvider(++rootFill).Key())
                            {
                                ring.RotateRootKey(next);
                            }

                            break;
                        default:
                            if (ring.Status().DataKeys.FirstOrDefault(key => key.State == DataKeyState.Retired) is { } retired)
                            {
                                ring.DestroyDataKey(retired.Id).Expect();
                            }

                            break;
                    }
                }

                using KeyRing reopened = folder.Open(new FixedRootKeyProvider(rootFill), ring.Generation).Expect();
                KeyRingStatus status = ring.Status();
                return status.DataKeys.SequenceEqual(reopened.Status().DataKeys)
                    && status.DataKeys.All(key => Derive(ring, key.Id.Value) == Derive(reopened, key.Id.Value))
                    && status.Domains.All(domain => ring.Current(domain.Domain) == reopened.Current(domain.Domain));
            },
            iter: 100);

    [Test]
    public void File_Always_HoldsNoKeyInTheClear()
    {
        using KeyRing ring = _folder.Create(Cluster, Root).Expect();
        using RootKey root = Root.Key();

        Assert.That(_files.AllFiles, Is.EqualTo(new[] { RingPath }));
        Assert.That(_files.Get(RingPath).AsSpan().IndexOf(root.Bytes), Is.Negative);
    }

    private static string? Derive(KeyRing ring, uint key)
    {
        Span<byte> derived = stackalloc byte[32];
        return ring.TryDerive(new DataKeyId(key), "test"u8, derived) ? Convert.ToHexString(derived[..2]) : null;
    }

    private void Splice(Func<KeyRingContent, KeyRingContent> change)
    {
        using RootKey root = Root.Key();
        KeyRingContent content = KeyRingCodec.Decode(_files.Get(RingPath), root).Expect();
        _files.Put(RingPath, KeyRingCodec.Encode(change(content), root, new SeededRandom(9)));
    }
}
