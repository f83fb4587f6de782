using System.Text.Json;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>The account: who the server is, its keys, the keys that encrypt what it stores.</summary>
[TestFixture]
public sealed class AccountTests
{
    [Test]
    public async Task Get_Always_TellsClusterAndLimits()
    {
        await using TestNode node = await TestNode.StartAsync();

        AccountInfo account = await node.ReadOnlyClient.CallAsync(ApiMethods.GetAccount, new GetAccountRequest());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(account.ClusterId.Length, Is.EqualTo(16));
            Assert.That(account.DataShards, Is.EqualTo(2));
            Assert.That(account.MaxDocumentBytes, Is.EqualTo(2 * 1024 * 1024));
            Assert.That(account.ServerVersion, Is.Not.Empty);
            Assert.That(account.TimeMs, Is.EqualTo(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()).Within(60_000));
        }
    }

    [Test]
    public async Task RegenerateKey_OfTheKeyInUse_RefusesItAtOnceAndForGood()
    {
        TestNode first = await TestNode.StartAsync();
        TestClient bystander = first.NewClient(first.Connection.ReadOnlyKey);

        RegenerateKeyResponse drawn = await first.Client.CallAsync(
            ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.Primary });
        ErrorCode oldKey = await first.Client.CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest());
        ErrorCode newKey = await first.NewClient(drawn.Key).CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest());
        ErrorCode otherKey = await bystander.CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest());
        string gone = first.Connection.AccountKey;
        await using TestNode second = await first.CrashAndStartAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(oldKey, Is.EqualTo(ErrorCode.Unauthenticated));
            Assert.That(newKey, Is.EqualTo(ErrorCode.None));
            Assert.That(otherKey, Is.EqualTo(ErrorCode.None));
            Assert.That(second.Connection.AccountKey, Is.EqualTo(drawn.Key), "after a crash");
            Assert.That(await second.NewClient(gone).CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest()), Is.EqualTo(ErrorCode.Unauthenticated));
        }
    }

    [Test]
    public async Task ListKeys_Always_NamesFourKeysAndShowsNone()
    {
        await using TestNode node = await TestNode.StartAsync();

        ListKeysResponse keys = await node.Client.CallAsync(ApiMethods.ListKeys, new ListKeysRequest());

        Assert.That(keys.Keys.Select(key => key.Kind), Is.EqualTo(Enum.GetValues<AccountKeyKind>().Skip(1)));
        Assert.That(keys.ToString(), Does.Not.Contain(node.Connection.AccountKey));
    }

    [Test]
    public async Task RegenerateKey_UnknownKind_IsMalformed()
    {
        await using TestNode node = await TestNode.StartAsync();

        Assert.That(await node.Client.CodeOfAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest()), Is.EqualTo(ErrorCode.Malformed));
    }

    [TestCase(RotationScope.Data)]
    [TestCase(RotationScope.Domain)]
    public async Task RotateEncryptionKeys_WhileServing_KeepsEverythingReadable(RotationScope scope)
    {
        TestNode first = await TestNode.StartAsync();
        await first.MakeContainerAsync();
        await first.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"before","pk":"x"}"""));
        EncryptionKeyStatus before = await first.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest());

        EncryptionKeyStatus after = await first.Client.CallAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = scope });
        await first.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"after","pk":"x"}"""));
        await using TestNode second = await first.CrashAndStartAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.DataKeys.Single(key => key.State == "current").Id, Is.GreaterThan(before.DataKeys.Single(key => key.State == "current").Id));
            Assert.That(await second.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("before", "x")), Is.EqualTo(ErrorCode.None));
            Assert.That(await second.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("after", "x")), Is.EqualTo(ErrorCode.None));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task RotateEncryptionKeys_WithReencryption_DestroysTheOlderKeyAndKeepsEverything(bool crashesAtOnce)
    {
        TestNode node = await TestNode.StartAsync();
        await node.MakeContainerAsync();
        for (int i = 0; i < 100; i++)
        {
            await node.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write($$"""{"id":"{{i}}","pk":"x","text":"{{new string('t', 3000)}}"}"""));
        }

        EncryptionKeyStatus begun = await node.Client.CallAsync(
            ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data, Reencrypt = true });
        node = crashesAtOnce ? await node.CrashAndStartAsync() : node;
        Assert.That(() => RunningAsync(node), Is.False.After(delayInMilliseconds: 60_000, pollingInterval: 50));
        EncryptionKeyStatus ended = await node.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest());
        await using TestNode again = await node.CrashAndStartAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(begun.ReencryptionRunning, Is.True);
            Assert.That(ended.DataKeys.Select(key => key.State), Is.EqualTo(new[] { "retired", "current" }));
            for (int i = 0; i < 100; i++)
            {
                Assert.That(await again.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf($"{i}", "x")), Is.EqualTo(ErrorCode.None));
            }
        }

        static async Task<bool> RunningAsync(TestNode node) =>
            (await node.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest())).ReencryptionRunning;
    }

    [Test]
    public async Task RotateEncryptionKeys_RootKeyOfTheEnvironment_IsUnsupported()
    {
        await using TestNode node = await TestNode.StartAsync();

        ErrorCode code = await node.Client.CodeOfAsync(
            ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Root });

        Assert.That(code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public async Task ConnectionFile_WhenAskedFor_HoldsWhatAClientNeedsForItsOwnerAlone()
    {
        string file = Path.Combine(TestNode.NewFolder(), "connection.json");
        await using TestNode node = await TestNode.StartAsync(change: options => options with { ConnectionFile = file });

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        UnixFileMode mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.RootElement.GetProperty("endpoint").GetString(), Is.EqualTo($"https://{node.Audience}"));
            Assert.That(json.RootElement.GetProperty("accountKey").GetString(), Is.EqualTo(node.Connection.AccountKey));
            Assert.That(json.RootElement.GetProperty("readOnlyKey").GetString(), Is.EqualTo(node.Connection.ReadOnlyKey));
            Assert.That(json.RootElement.GetProperty("caCertificate").GetString(), Is.EqualTo(node.Connection.CaCertificate));
            Assert.That(mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(node.Node.ReadyLine, Is.EqualTo($"ready https://{node.Audience}"));
        }
    }
}
