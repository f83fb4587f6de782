using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>
/// Withdrawals under load: callers hammer over unary calls and open streams while what they stand on is withdrawn in
/// every way there is. No request that begins after a withdrawal was answered is served.
/// </summary>
[TestFixture]
public sealed class RevocationRaceTests
{
    private const int Rounds = 3;
    private const int ClientsOfEachKind = 4;
    private const int ServedBefore = 200;
    private const int TriedAfter = 20;

    [Test]
    public async Task Withdrawals_UnderLoad_StopEveryRequestThatBeginsAfterTheirAnswer()
    {
        await using TestNode node = await TestNode.StartAsync();
        long served = 0;
        long refused = 0;
        int clients = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Group[] groups = await GroupsAsync(node, round);
            clients = groups.Length * ClientsOfEachKind * 2;
            Task[] hammering = [.. groups.SelectMany(group => Hammer(node, group))];
            foreach (Group group in groups)
            {
                await group.Hot.Task;
                await group.Withdraw();
                Volatile.Write(ref group.Answered, true);
            }

            await Task.WhenAll(hammering);
            served += groups.Sum(group => group.Served);
            refused += groups.Sum(group => group.Refused);
            Assert.That(groups.SelectMany(group => group.Violations), Is.Empty, $"round {round}");
        }

        TestContext.Out.WriteLine($"{Rounds} rounds, {clients} clients: {served} requests served before a withdrawal, {refused} refused after one");
        Assert.That(clients, Is.GreaterThanOrEqualTo(64));
    }

    private static async Task<Group[]> GroupsAsync(TestNode node, int round)
    {
        TestClient owner = node.Client;
        string[] names =
        [
            "permission deleted", "permission replaced by less", "user deleted", "container deleted", "container made again", "database deleted",
            "account key of the token regenerated", "account key itself regenerated", "tokens revoked",
        ];
        RegenerateKeyResponse secondary = await owner.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.Secondary });
        RegenerateKeyResponse reader = await owner.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.SecondaryReadOnly });
        var groups = new List<Group>();
        for (int i = 0; i < names.Length; i++)
        {
            string database = $"r{round}-{i}";
            var create = new CreateContainerRequest { Database = database, Name = "c", PartitionKeyPaths = { "/pk" }, Ranges = 1 };
            await owner.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = database });
            await owner.CallAsync(ApiMethods.CreateContainer, create);
            await owner.CallAsync(ItemMethods.Create, new WriteItemRequest { Database = database, Container = "c", Body = ByteString.CopyFromUtf8("""{"id":"1","pk":"x"}""") });
            Permission permission = await node.GrantAsync("u", "p", PermissionMode.All, $"dbs/{database}/colls/c");
            TestClient issuer = i == 6 ? node.NewClient(secondary.Key) : owner;
            string credential = i == 7 ? reader.Key : await node.TokenOfAsync(permission, by: issuer);
            Func<Task> withdraw = i switch
            {
                0 => () => owner.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = database, User = "u", Name = "p" }),
                1 => () => owner.CallAsync(ApiMethods.ReplacePermission, new WritePermissionRequest
                {
                    Database = database, User = "u", Name = "p", Mode = PermissionMode.Read, Resource = $"dbs/{database}/colls/c/docs/other", PartitionKey = ItemMethods.Key("x"),
                }),
                2 => () => owner.CallAsync(ApiMethods.DeleteUser, new DeleteUserRequest { Database = database, Name = "u" }),
                3 => () => owner.CallAsync(ApiMethods.DeleteContainer, new DeleteContainerRequest { Database = database, Name = "c" }),
                4 => async () =>
                {
                    await owner.CallAsync(ApiMethods.DeleteContainer, new DeleteContainerRequest { Database = database, Name = "c" });
                    await owner.CallAsync(ApiMethods.CreateContainer, create);
                },
                5 => () => owner.CallAsync(ApiMethods.DeleteDatabase, new DeleteDatabaseRequest { Name = database }),
                6 => () => owner.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.Secondary }),
                7 => () => owner.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.SecondaryReadOnly }),
                _ => () => owner.CallAsync(ApiMethods.RotateTokenKey, new RotateTokenKeyRequest { Revoke = true }),
            };
            groups.Add(new Group(names[i], database, credential, IsKey: i == 7, withdraw));
        }

        return [.. groups];
    }

    private static IEnumerable<Task> Hammer(TestNode node, Group group)
    {
        CallInvoker invoker = node.NewInvoker();
        for (int i = 0; i < ClientsOfEachKind; i++)
        {
            RequestSigner signer = group.IsKey
                ? new RequestSigner(Convert.FromBase64String(group.Credential), TimeProvider.System, CryptographicRandom.Instance)
                : new RequestSigner(group.Credential, TimeProvider.System, CryptographicRandom.Instance);
            var client = new TestClient(invoker, signer, node.Audience);
            yield return Task.Run(() => RunAsync(group, () => UnaryAsync(client, group)));
            yield return Task.Run(() => StreamAsync(node, client, group));
        }
    }

    private static async Task StreamAsync(TestNode node, TestClient client, Group group)
    {
        TestStream? stream = null;
        await RunAsync(group, async () =>
        {
            try
            {
                stream ??= await TestStream.OpenAsync(client, node.Audience);
                Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(Batch(group));
                return (ErrorCode)(outcomes[1].Error?.Code ?? 0);
            }
            catch (RpcException refusal)
            {
                // Its end was the answer; the next request opens another.
                stream?.Dispose();
                stream = null;
                return (ErrorCode)TestClient.DetailOf(refusal).Code;
            }
        });
        stream?.Dispose();
    }

    private static OperationBatch Batch(Group group) => new()
    {
        Bindings = { new ContainerBinding { Number = 1, Database = group.Database, Container = "c" } },
        Operations =
        {
            new ItemOperation { Tag = 1, Kind = OperationKind.Read, Container = 1, PartitionKey = ItemMethods.Key("x"), Id = "1" },
        },
    };

    private static Task<ErrorCode> UnaryAsync(TestClient client, Group group) => client.CodeOfAsync(
        ItemMethods.Read, new ReadItemRequest { Database = group.Database, Container = "c", PartitionKey = ItemMethods.Key("x"), Id = "1" });

    /// <summary>Asks until the withdrawal was answered, and some more.</summary>
    private static async Task RunAsync(Group group, Func<Task<ErrorCode>> ask)
    {
        for (int after = 0; after < TriedAfter;)
        {
            bool begunAfter = Volatile.Read(ref group.Answered);
            ErrorCode code = await ask();
            bool isDenied = code is >= ErrorCode.Unauthenticated and <= ErrorCode.TokenExpired;
            if (begunAfter)
            {
                after++;
                Interlocked.Increment(ref group.Refused);
                if (!isDenied)
                {
                    group.Violations.Add($"{group.Name}: {code}");
                }
            }
            else if (!isDenied && Interlocked.Increment(ref group.Served) >= ServedBefore)
            {
                group.Hot.TrySetResult();
            }
        }
    }

    /// <summary>Callers that stand on one thing, and how it is withdrawn.</summary>
    private sealed record Group(string Name, string Database, string Credential, bool IsKey, Func<Task> Withdraw)
    {
        public bool Answered;

        public long Served;

        public long Refused;

        public TaskCompletionSource Hot { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentBag<string> Violations { get; } = [];
    }
}
