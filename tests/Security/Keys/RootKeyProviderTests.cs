using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Keys;

[TestFixture]
internal sealed class RootKeyProviderTests
{
    private const string KeyPath = "/etc/nacre/root.key";
    private static readonly Argon2Cost Cheap = new(64, 1, 1);

    private SimulatedFileSystem _files = null!;
    private FakeTimeProvider _time = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new SimulatedFileSystem();
        _time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    }

    [Test]
    public void File_FirstStart_MakesAKeyThatOpensAgain()
    {
        RootKeyId made = OpenAndForget(FileProvider("correct horse"), expected: null);

        Assert.That(OpenAndForget(FileProvider("correct horse"), made), Is.EqualTo(made));
    }

    [Test]
    public void File_FixedChance_MatchesGoldenFile()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();

        Golden.Check("rootkey-v1.bin", _files.Get(KeyPath));
    }

    [Test]
    public void File_WrongPassphrase_SaysWrongRootKey()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();

        Assert.That(FileProvider("battery staple").Open(expected: null).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
    }

    [Test]
    public void File_WithoutPassphrase_SaysUnavailableAndWritesNothing()
    {
        Assert.That(FileProvider(phrase: null).Open(expected: null).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
        Assert.That(_files.AllFiles, Is.Empty);
    }

    [Test]
    public void File_MissingAfterFirstStart_IsNeverMadeAnew()
    {
        Assert.That(FileProvider("correct horse").Open(new RootKeyId(5)).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
        Assert.That(_files.AllFiles, Is.Empty);
    }

    [Test]
    public void File_CannotBeRead_SaysUnavailable()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();
        _files.Fail(SimulatedOperationKind.Read);

        Assert.That(FileProvider("correct horse").Open(expected: null).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
    }

    [Test]
    public void File_OfAnotherRing_SaysWrongRootKeyWithoutAskingForThePassphrase()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();
        var passphrase = new FixedPassphrase("correct horse");

        Assert.That(FileProvider(passphrase).Open(new RootKeyId(5)).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
        Assert.That(passphrase.Asked, Is.Zero);
    }

    [Test]
    public void File_AnyByteChanged_IsRefused()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();
        byte[] whole = _files.Get(KeyPath);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x80;
            _files.Put(KeyPath, changed);

            ErrorCode expected = at is 8 or 9 ? ErrorCode.Unsupported : ErrorCode.Corrupt;
            Assert.That(FileProvider("correct horse").Open(expected: null).Code(), Is.EqualTo(expected), $"byte {at}");
        }
    }

    [Test]
    public void File_AnyTruncation_IsCorrupt()
    {
        FileProvider("correct horse").Open(expected: null).Expect().Dispose();
        byte[] whole = _files.Get(KeyPath);
        for (int length = 0; length < whole.Length; length++)
        {
            _files.Put(KeyPath, whole.AsSpan(0, length));
            Assert.That(FileProvider("correct horse").Open(expected: null).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{length} bytes");
        }
    }

    [Test]
    public void ChangePassphrase_Always_KeepsTheKeyAndLocksTheOldPhraseOut()
    {
        RootKeyId made = OpenAndForget(FileProvider("correct horse"), expected: null);

        FileProvider("correct horse").ChangePassphrase(new FixedPassphrase("battery staple")).Expect();

        Assert.That(FileProvider("correct horse").Open(made).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
        Assert.That(OpenAndForget(FileProvider("battery staple"), made), Is.EqualTo(made));
    }

    [Test]
    public void Rotation_PowerLostAtAnyStep_LeavesAFolderThatOpens()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            bool crashed = true;
            for (int step = 1; crashed; step++)
            {
                SetUp();
                using KeyRing ring = Folder(_files).Create(new ClusterId(1), FileProvider("correct horse")).Expect();
                _files.CrashAt(_files.Changes + step, seed);
                try
                {
                    FileRootKeyProvider provider = FileProvider("correct horse", chance: 2);
                    using RootKey next = provider.StageNext(ring.RootKey).Expect();
                    Assert.That(next.Id, Is.Not.EqualTo(ring.RootKey));
                    ring.RotateRootKey(next);
                    provider.PromoteNext();
                    crashed = false;
                }
                catch (SimulatedCrashException)
                {
                    // What follows is the next start, and the one after.
                }

                _files = _files.Reboot(seed);
                Folder(_files).Open(FileProvider("correct horse"), ring.Generation).Expect().Dispose();
                Folder(_files).Open(FileProvider("correct horse"), ring.Generation).Expect().Dispose();
            }
        }
    }

    [Test]
    public void Open_RotationCutOffBeforeItsEnd_FinishesIt()
    {
        using KeyRing ring = Folder(_files).Create(new ClusterId(1), FileProvider("correct horse")).Expect();
        using RootKey next = FileProvider("correct horse", chance: 2).StageNext(ring.RootKey).Expect();
        ring.RotateRootKey(next);

        Folder(_files).Open(FileProvider("correct horse")).Expect().Dispose();

        Assert.That(_files.FileExists(KeyPath + ".next"), Is.False);
        Assert.That(OpenAndForget(FileProvider("correct horse"), expected: null), Is.EqualTo(next.Id));
    }

    [Test]
    public void StageNext_EarlierRotationUnfinished_NeverOverwritesTheKeyInForce()
    {
        using KeyRing ring = Folder(_files).Create(new ClusterId(1), FileProvider("correct horse")).Expect();
        using RootKey second = FileProvider("correct horse", chance: 2).StageNext(ring.RootKey).Expect();
        ring.RotateRootKey(second);

        FileProvider("correct horse", chance: 3).StageNext(ring.RootKey).Expect().Dispose();

        Folder(_files).Open(FileProvider("correct horse")).Expect().Dispose();
    }

    [Test]
    public void Environment_Base64Of32Bytes_IsTheKey()
    {
        string text = Convert.ToBase64String(new byte[32]);
        using RootKey key = new EnvironmentRootKeyProvider("ROOT", name => name == "ROOT" ? text : null).Open(null).Expect();

        Assert.That(key.Id.ToString(), Is.EqualTo("a40034792127cfa43422687e2949d2ae"));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("not base64!")]
    [TestCase("AAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void Environment_AnythingElse_SaysUnavailable(string? text) =>
        Assert.That(new EnvironmentRootKeyProvider("ROOT", _ => text).Open(null).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));

    [Test]
    public void Environment_OfAnotherRing_SaysWrongRootKey() =>
        Assert.That(
            new EnvironmentRootKeyProvider("ROOT", _ => Convert.ToBase64String(new byte[32])).Open(new RootKeyId(1)).Code(),
            Is.EqualTo(ErrorCode.RootKeyWrong));

    [Test]
    public void Developer_FirstStart_MakesAKeyThatOpensAgain()
    {
        RootKeyId made = OpenAndForget(DeveloperProvider(), expected: null);

        Assert.That(OpenAndForget(DeveloperProvider(), made), Is.EqualTo(made));
        Assert.That(DeveloperProvider().Open(new RootKeyId(1)).Code(), Is.EqualTo(ErrorCode.RootKeyWrong));
    }

    [Test]
    public void Developer_KeyGone_IsNeverMadeAnew() =>
        Assert.That(DeveloperProvider().Open(new RootKeyId(1)).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));

    [Test]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Developer_KeyThatOthersMayRead_IsRefused()
    {
        // The simulated disk knows no modes; the provider asks the kernel about the file at the same path.
        string path = Path.Combine(Path.GetTempPath(), $"nacre-{Guid.NewGuid():N}");
        File.WriteAllText(path, "");
        try
        {
            var provider = new DeveloperRootKeyProvider(path, "/home/u/data", _files, new SeededRandom(2));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            provider.Open(null).Expect().Dispose();
            provider.Open(null).Expect().Dispose();

            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.That(provider.Open(null).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Developer_DamagedKey_IsCorrupt()
    {
        DeveloperProvider().Open(null).Expect().Dispose();
        _files.Put("/home/u/.config/nacre/dev-root.key", "short"u8.ToArray());

        Assert.That(DeveloperProvider().Open(null).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [TestCase("/home/u")]
    [TestCase("/home/u/.config/nacre/")]
    [TestCase("/home/u/x/../.config")]
    public void Developer_KeyInsideTheDataFolder_IsRefused(string dataFolder)
    {
        var provider = new DeveloperRootKeyProvider("/home/u/.config/nacre/dev-root.key", dataFolder, _files, new SeededRandom(1));

        Assert.That(provider.Open(null).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
    }

    [TestCase("file:/x/root.key", typeof(FileRootKeyProvider))]
    [TestCase("env:NACRE_ROOT_KEY", typeof(EnvironmentRootKeyProvider))]
    public void Reference_Known_GivesItsProvider(string text, Type expected)
    {
        IRootKeyProvider provider = Parse(text).Expect();

        Assert.That(provider, Is.TypeOf(expected));
        Assert.That(provider.Name, Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("file:")]
    [TestCase("env:")]
    [TestCase("/x/root.key")]
    [TestCase("vault:x")]
    public void Reference_Unknown_IsRefused(string text) =>
        Assert.That(Parse(text).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));

    [Test]
    public void PassphraseFile_LineEnd_IsNotPartOfIt()
    {
        string path = Path.Combine(Path.GetTempPath(), $"nacre-{Guid.NewGuid():N}");
        try
        {
            Assert.That(new FilePassphraseSource(path).Read("x", false).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
            File.WriteAllText(path, "\r\n");
            Assert.That(new FilePassphraseSource(path).Read("x", false).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
            File.WriteAllText(path, new string('x', 5000));
            Assert.That(new FilePassphraseSource(path).Read("x", false).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
            File.WriteAllText(path, " two words \r\n");
            using SecretBytes phrase = new FilePassphraseSource(path).Read("x", false).Expect();
            Assert.That(phrase.Span.ToArray(), Is.EqualTo(" two words "u8.ToArray()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private KeyRingFolder Folder(SimulatedFileSystem files) => new(files, "/data/keys", _time, CryptographicRandom.Instance);

    private static RootKeyId OpenAndForget(IRootKeyProvider provider, RootKeyId? expected)
    {
        using RootKey key = provider.Open(expected).Expect();
        return key.Id;
    }

    [TestCase("")]
    [TestCase("short")]
    [TestCase("elevenchars")]
    [TestCase("aaaaaaaaaaaaaaaaaaaa")]
    [TestCase("äöüäöü")]
    public void Seal_WeakPassphrase_IsRefusedAndNothingMade(string phrase)
    {
        Result<RootKey> made = FileProvider(phrase).Open(expected: null);

        Assert.That(made.Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
        Assert.That(made.Error!.Message, Does.Contain("at least 12 characters"));
        Assert.That(_files.AllFiles, Is.Empty);
    }

    [Test]
    public void ChangePassphrase_WeakOne_IsRefusedAndTheOldOneStays()
    {
        RootKeyId made = OpenAndForget(FileProvider("correct horse"), expected: null);

        Assert.That(FileProvider("correct horse").ChangePassphrase(new FixedPassphrase("staple")).Code(), Is.EqualTo(ErrorCode.RootKeyUnavailable));
        Assert.That(OpenAndForget(FileProvider("correct horse"), made), Is.EqualTo(made));
    }

    private FileRootKeyProvider FileProvider(string? phrase, ulong chance = 1) => FileProvider(new FixedPassphrase(phrase), chance);

    private FileRootKeyProvider FileProvider(FixedPassphrase source, ulong chance = 1) =>
        new(KeyPath, source, _files, _time, new SeededRandom(chance)) { Cost = Cheap };

    private DeveloperRootKeyProvider DeveloperProvider() =>
        new("/home/u/.config/nacre/dev-root.key", "/home/u/data", _files, new SeededRandom(2));

    private Result<IRootKeyProvider> Parse(string text) =>
        RootKeyReference.Parse(text, new FixedPassphrase("x"), _files, _time, new SeededRandom(3));
}
