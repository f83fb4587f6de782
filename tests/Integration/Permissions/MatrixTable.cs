using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>
/// Who may do what: the expected answers, as a table. It owes nothing to the server's code; docs/permissions.md says the same.
/// </summary>
internal static class MatrixTable
{
    /// <summary>What a method needs.</summary>
    internal enum Need
    {
        /// <summary>Anybody whose credential is good.</summary>
        See,

        /// <summary>Any account key.</summary>
        KeyRead,

        /// <summary>A read-write account key.</summary>
        KeyWrite,

        /// <summary>Nothing.</summary>
        Nothing,

        /// <summary>A join token, whatever else the caller has.</summary>
        JoinToken,

        /// <summary>An account key, or a token whose permission lies in the container.</summary>
        ContainerSee,

        /// <summary>An account key, or a token that covers items of the container.</summary>
        ItemList,

        /// <summary>An account key, or a token that covers the item.</summary>
        ItemRead,

        /// <summary>A read-write account key, or a token of mode All that covers the item.</summary>
        ItemWrite,

        /// <summary>An account key, or a token that covers items at all.</summary>
        StreamOpen,
    }

    /// <summary>What a method is tried on: the account, every database, every container, every item.</summary>
    internal enum Level
    {
        Account,
        Database,
        Container,
        Item,
    }

    /// <summary>A method's row.</summary>
    /// <param name="Need">What it needs.</param>
    /// <param name="Level">What it is tried on.</param>
    /// <param name="Request">A request that does no harm where it is served: it is refused for its content, or changes nothing.</param>
    internal sealed record Row(Need Need, Level Level, Func<Target, IMessage> Request);

    /// <summary>Something that a request names.</summary>
    /// <param name="Column">Its column in <see cref="Tokens"/>.</param>
    internal sealed record Target(string Column, string Database, string Container, string Tenant, string User, string Id)
    {
        public PartitionKey Key => new() { Values = { new PartitionKeyValue { Text = Tenant }, new PartitionKeyValue { Text = User } } };

        public ByteString Document => ByteString.CopyFromUtf8($$"""{"id":"{{Id}}","tenant":"{{Tenant}}","user":"{{User}}"}""");
    }

    private static readonly IdempotencyKey NoClient = new() { ClientId = ByteString.CopyFrom(1), Sequence = 1 };

    /// <summary>Every method of the API.</summary>
    public static readonly IReadOnlyDictionary<string, Row> Methods = new Dictionary<string, Row>
    {
        ["nacre.v1.Account/Get"] = new(Need.See, Level.Account, _ => new GetAccountRequest()),
        ["nacre.v1.Account/ListKeys"] = new(Need.KeyRead, Level.Account, _ => new ListKeysRequest()),
        ["nacre.v1.Account/RegenerateKey"] = new(Need.KeyWrite, Level.Account, _ => new RegenerateKeyRequest()),
        ["nacre.v1.Account/GetEncryptionKeys"] = new(Need.KeyRead, Level.Account, _ => new GetEncryptionKeysRequest()),
        ["nacre.v1.Account/RotateEncryptionKeys"] = new(Need.KeyWrite, Level.Account, _ => new RotateEncryptionKeysRequest()),
        ["nacre.v1.Account/SetConsistency"] = new(Need.KeyWrite, Level.Account, _ => new SetConsistencyRequest { Idempotency = NoClient }),
        ["nacre.v1.Account/RotateTokenKey"] = new(Need.KeyWrite, Level.Account, _ => new RotateTokenKeyRequest { Idempotency = NoClient }),

        ["nacre.v1.Databases/Create"] = new(Need.KeyWrite, Level.Database, t => new CreateDatabaseRequest { Name = t.Database, Idempotency = NoClient }),
        ["nacre.v1.Databases/Get"] = new(Need.KeyRead, Level.Database, t => new GetDatabaseRequest { Name = t.Database }),
        ["nacre.v1.Databases/List"] = new(Need.KeyRead, Level.Account, _ => new ListDatabasesRequest()),
        ["nacre.v1.Databases/Delete"] = new(Need.KeyWrite, Level.Database, t => new DeleteDatabaseRequest { Name = t.Database, IfMatch = "ffffff" }),

        ["nacre.v1.Containers/Create"] = new(Need.KeyWrite, Level.Container, t => new CreateContainerRequest { Database = t.Database, Name = t.Container }),
        ["nacre.v1.Containers/Get"] = new(Need.ContainerSee, Level.Container, t => new GetContainerRequest { Database = t.Database, Name = t.Container }),
        ["nacre.v1.Containers/List"] = new(Need.KeyRead, Level.Database, t => new ListContainersRequest { Database = t.Database }),
        ["nacre.v1.Containers/Delete"] = new(Need.KeyWrite, Level.Container, t => new DeleteContainerRequest { Database = t.Database, Name = t.Container, IfMatch = "ffffff" }),
        ["nacre.v1.Containers/SetIndexing"] = new(Need.KeyWrite, Level.Container, t => new SetIndexingRequest { Database = t.Database, Name = t.Container, IndexingPolicy = "{}", IfMatch = "ffffff" }),
        ["nacre.v1.Containers/GetIndexing"] = new(Need.KeyRead, Level.Container, t => new GetIndexingRequest { Database = t.Database, Name = t.Container }),

        ["nacre.v1.Users/Create"] = new(Need.KeyWrite, Level.Database, t => new CreateUserRequest { Database = t.Database, Name = "u", Idempotency = NoClient }),
        ["nacre.v1.Users/Get"] = new(Need.KeyRead, Level.Database, t => new GetUserRequest { Database = t.Database, Name = "u" }),
        ["nacre.v1.Users/List"] = new(Need.KeyRead, Level.Database, t => new ListUsersRequest { Database = t.Database }),
        ["nacre.v1.Users/Delete"] = new(Need.KeyWrite, Level.Database, t => new DeleteUserRequest { Database = t.Database, Name = "u", IfMatch = "ffffff" }),

        ["nacre.v1.Permissions/Create"] = new(Need.KeyWrite, Level.Database, t => new WritePermissionRequest { Database = t.Database, User = "u", Name = "p" }),
        ["nacre.v1.Permissions/Get"] = new(Need.KeyRead, Level.Database, t => new GetPermissionRequest { Database = t.Database, User = "u", Name = "container-All" }),
        ["nacre.v1.Permissions/List"] = new(Need.KeyRead, Level.Database, t => new ListPermissionsRequest { Database = t.Database, User = "u" }),
        ["nacre.v1.Permissions/Replace"] = new(Need.KeyWrite, Level.Database, t => new WritePermissionRequest { Database = t.Database, User = "u", Name = "container-All" }),
        ["nacre.v1.Permissions/Delete"] = new(Need.KeyWrite, Level.Database, t => new DeletePermissionRequest { Database = t.Database, User = "u", Name = "container-All", IfMatch = "ffffff" }),
        ["nacre.v1.Permissions/GetToken"] = new(Need.KeyWrite, Level.Database, t => new GetTokenRequest { Database = t.Database, User = "u", Name = "container-All" }),

        ["nacre.v1.Nodes/CreateJoinToken"] = new(Need.KeyWrite, Level.Account, _ => new CreateJoinTokenRequest { LifetimeS = uint.MaxValue }),
        ["nacre.v1.Nodes/WithdrawJoinToken"] = new(Need.KeyWrite, Level.Account, _ => new WithdrawJoinTokenRequest()),
        ["nacre.v1.Nodes/GetAuthority"] = new(Need.Nothing, Level.Account, _ => new GetAuthorityRequest()),
        ["nacre.v1.Nodes/Join"] = new(Need.JoinToken, Level.Account, _ => new JoinRequest { TokenId = ByteString.CopyFrom(new byte[16]), TokenSecret = ByteString.CopyFrom(new byte[32]) }),
        ["nacre.v1.Nodes/List"] = new(Need.KeyRead, Level.Account, _ => new ListNodesRequest()),
        ["nacre.v1.Nodes/Drain"] = new(Need.KeyWrite, Level.Account, _ => new ChangeNodeRequest { Node = 99 }),
        ["nacre.v1.Nodes/Resume"] = new(Need.KeyWrite, Level.Account, _ => new ChangeNodeRequest { Node = 99 }),
        ["nacre.v1.Nodes/Remove"] = new(Need.KeyWrite, Level.Account, _ => new ChangeNodeRequest { Node = 99 }),
        ["nacre.v1.Nodes/Promote"] = new(Need.KeyWrite, Level.Account, _ => new ChangeNodeRequest { Node = 99 }),

        ["nacre.v1.Items/Create"] = new(Need.ItemWrite, Level.Item, t => new WriteItemRequest { Database = t.Database, Container = t.Container, Body = t.Document, IfMatch = "1-1" }),
        ["nacre.v1.Items/Upsert"] = new(Need.ItemWrite, Level.Item, t => new WriteItemRequest { Database = t.Database, Container = t.Container, Body = t.Document, IfMatch = "1-1" }),
        ["nacre.v1.Items/Replace"] = new(Need.ItemWrite, Level.Item, t => new WriteItemRequest { Database = t.Database, Container = t.Container, Body = t.Document, IfMatch = "1-1" }),
        ["nacre.v1.Items/Read"] = new(Need.ItemRead, Level.Item, t => new ReadItemRequest { Database = t.Database, Container = t.Container, PartitionKey = t.Key, Id = t.Id }),
        ["nacre.v1.Items/Delete"] = new(Need.ItemWrite, Level.Item, t => new DeleteItemRequest { Database = t.Database, Container = t.Container, PartitionKey = t.Key, Id = t.Id, IfMatch = "1-1" }),
        ["nacre.v1.Items/Query"] = new(Need.ItemList, Level.Item, t => new QueryRequest { Database = t.Database, Container = t.Container, PartitionKey = t.Key, Text = "SELECT VALUE COUNT(1) FROM c" }),
        ["nacre.v1.Items/List"] = new(Need.ItemList, Level.Item, t => new ListItemsRequest { Database = t.Database, Container = t.Container, PartitionKey = t.Key }),
        ["nacre.v1.Items/Stream"] = new(Need.StreamOpen, Level.Account, _ => new StreamRequest()),
    };

    /// <summary>Every kind of operation that a stream carries.</summary>
    public static readonly IReadOnlyDictionary<OperationKind, Need> Operations = new Dictionary<OperationKind, Need>
    {
        [OperationKind.Create] = Need.ItemWrite,
        [OperationKind.Upsert] = Need.ItemWrite,
        [OperationKind.Replace] = Need.ItemWrite,
        [OperationKind.Read] = Need.ItemRead,
        [OperationKind.Delete] = Need.ItemWrite,
    };

    /// <summary>Everything that requests name. Present and absent ones are in pairs.</summary>
    public static readonly IReadOnlyList<Target> Targets =
    [
        new("item", "d1", "c", "t1", "u1", "1"),
        new("partition", "d1", "c", "t1", "u1", "2"),
        new("partition", "d1", "c", "t1", "u1", "absent"),
        new("prefix", "d1", "c", "t1", "u2", "1"),
        new("prefix", "d1", "c", "t1", "absent", "1"),
        new("rest", "d1", "c", "t2", "u1", "1"),
        new("rest", "d1", "c", "absent", "u1", "1"),
        new("other", "d1", "c2", "t1", "u1", "1"),
        new("other", "d1", "absent", "t1", "u1", "1"),
        new("d2", "d2", "c", "t1", "u1", "1"),
        new("other", "d2", "absent", "t1", "u1", "1"),
        new("other", "absent", "c", "t1", "u1", "1"),
        new("other", "d1", "C", "t1", "u1", "1"),
        new("other", "d1", "c/", "t1", "u1", "1"),
        new("other", "d1", "%63", "t1", "u1", "1"),
        new("other", "D1", "c", "t1", "u1", "1"),
        new("other", "d1/colls", "c", "t1", "u1", "1"),
        new("other", "../d1", "c", "t1", "u1", "1"),
        new("other", "", "", "t1", "u1", "1"),
    ];

    // What each token covers of each column; R for its own mode, so that a Read token reads there and an All token does both.
    //                     item partition prefix rest  d2    other
    private const string Covered = """
        container          R    R         R      R     -     -
        prefix             R    R         R      -     -     -
        partition          R    R         -      -     -     -
        item               R    -         -      -     -     -
        attachment         -    -         -      -     -     -
        sproc              -    -         -      -     -     -
        trigger            -    -         -      -     -     -
        udf                -    -         -      -     -     -
        elsewhere          -    -         -      -     R     -
        """;

    // The same for lists of that partition key, which a permission for one item does not make; and for whether the
    // container that holds the column shows itself.
    private const string Listed = """
        container          R    R         R      R     -     -
        prefix             R    R         R      -     -     -
        partition          R    R         -      -     -     -
        item               -    -         -      -     -     -
        attachment         -    -         -      -     -     -
        sproc              -    -         -      -     -     -
        trigger            -    -         -      -     -     -
        udf                -    -         -      -     -     -
        elsewhere          -    -         -      -     R     -
        """;

    private static readonly string[] Columns = ["item", "partition", "prefix", "rest", "d2", "other"];

    /// <summary>The kinds of tokens that are in force.</summary>
    public static IEnumerable<string> Tokens => Rows(Covered).Keys;

    /// <summary>What is expected: a refusal's code, or None for whatever the handler answers.</summary>
    public static ErrorCode Expected(string caller, Need need, Target target) => caller switch
    {
        _ when need == Need.Nothing => ErrorCode.None,
        _ when need == Need.JoinToken => ErrorCode.Unauthenticated,
        "nobody" or "revoked" or "replaced" or "user-gone" or "recreated" or "key-regenerated" => ErrorCode.Unauthenticated,
        "expired" => ErrorCode.TokenExpired,
        "primary" or "secondary" => ErrorCode.None,
        "primary-read-only" or "secondary-read-only" => need is Need.KeyWrite or Need.ItemWrite ? ErrorCode.Forbidden : ErrorCode.None,
        _ => OfToken(caller[..caller.LastIndexOf('-')], caller.EndsWith("-All", StringComparison.Ordinal), need, target.Column)
            ? ErrorCode.None
            : ErrorCode.Forbidden,
    };

    private static bool OfToken(string kind, bool all, Need need, string column) => need switch
    {
        Need.See => true,
        Need.StreamOpen => Rows(Covered)[kind].Contains('R', StringComparison.Ordinal),
        Need.ContainerSee => kind == "elsewhere" ? column == "d2" : column is "item" or "partition" or "prefix" or "rest",
        Need.ItemList => At(Listed, kind, column),
        Need.ItemRead => At(Covered, kind, column),
        Need.ItemWrite => all && At(Covered, kind, column),
        _ => false,
    };

    private static bool At(string table, string kind, string column) => Rows(table)[kind][Array.IndexOf(Columns, column)] == 'R';

    private static Dictionary<string, string> Rows(string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[0], cells => string.Concat(cells[1..]));
}
