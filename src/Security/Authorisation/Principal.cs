using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authentication;
using EntryPrincipalKind = Nacre.Core.Commands.PrincipalKind;

namespace Nacre.Security.Authorisation;

/// <summary>An authenticated caller, whichever way it proved itself.</summary>
/// <remarks>Thread-safe. One object for each credential, shared by all its requests.</remarks>
public sealed class Principal
{
    private volatile bool _withdrawn;
    private OwnedClient? _owned;

    /// <summary>A caller without a permission of its own: the holder of an account key.</summary>
    /// <param name="kind">Who it is.</param>
    /// <param name="name">For audit and logs, such as <c>account key Primary</c>; never a secret. At most 255 bytes of UTF-8.</param>
    /// <param name="key">The key that it signed with.</param>
    /// <param name="reach">Where its rights end.</param>
    public Principal(PrincipalKind kind, string name, CredentialKeyId key, ResourceScope reach)
    {
        Kind = kind;
        Name = name;
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        Key = key;
        Reach = reach;
    }

    /// <summary>The bearer of a token.</summary>
    internal Principal(TokenGrant grant)
        : this(PrincipalKind.ResourceToken, grant.Name, default, grant.Reach) => Grant = grant;

    /// <summary>Whoever asks to join.</summary>
    public static Principal JoiningNode { get; } = new(PrincipalKind.JoiningNode, "joining node", default, ResourceScope.Account);

    /// <summary>Who it is.</summary>
    public PrincipalKind Kind { get; }

    /// <summary>For audit and logs; never a secret.</summary>
    public string Name { get; }

    /// <summary><see cref="Name"/> as entries carry it.</summary>
    public ReadOnlyMemory<byte> NameUtf8 { get; }

    /// <summary>What entries call its kind.</summary>
    public EntryPrincipalKind EntryKind => Kind switch
    {
        PrincipalKind.ResourceToken => EntryPrincipalKind.ResourceToken,
        PrincipalKind.JoiningNode => EntryPrincipalKind.Node,
        _ => EntryPrincipalKind.AccountKey,
    };

    /// <summary>The account key that it signed with; none for the bearer of a token.</summary>
    public CredentialKeyId Key { get; }

    /// <summary>Where its rights end: the whole account for an account key, one container for a token.</summary>
    public ResourceScope Reach { get; }

    /// <summary>
    /// True once its credential was withdrawn. Never false again. Whatever outlives one request (a stream, a query's
    /// pages) asks before each batch or page.
    /// </summary>
    public bool IsWithdrawn => _withdrawn || (Grant is not null && Grant.IsWithdrawn);

    /// <summary>What a token's permission allows; null for the holder of an account key.</summary>
    internal TokenGrant? Grant { get; }

    /// <summary>Whether the caller may go on with what it began under its credential: not withdrawn, not expired.</summary>
    /// <returns>Null, or Unauthenticated, TokenExpired.</returns>
    public NacreError? CheckInForce() =>
        IsWithdrawn ? AuthenticationErrors.Withdrawn
        : Grant is { IsExpired: true } ? AuthenticationErrors.TokenExpired
        : null;

    /// <summary>
    /// The client id that the caller's requests are remembered under. A user's are apart from everybody else's: whoever
    /// learns another's client id can neither ask for its remembered outcomes nor have them forgotten.
    /// </summary>
    /// <param name="client">As the caller gave it; not 0.</param>
    public ClientId Own(ClientId client)
    {
        if (Grant is null)
        {
            return client;
        }

        // A token mostly serves one client, which writes again and again.
        OwnedClient? owned = Volatile.Read(ref _owned);
        if (owned is null || owned.Client != client)
        {
            owned = new OwnedClient(client, Hash(Grant.User, client));
            Volatile.Write(ref _owned, owned);
        }

        return owned.Own;
    }

    /// <summary>Withdraws the credential.</summary>
    internal void Withdraw() => _withdrawn = true;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ClientId Hash(UserId user, ClientId client)
    {
        Span<byte> input = stackalloc byte[sizeof(ulong) + ClientId.SizeBytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(input, user.Value);
        client.Write(input[sizeof(ulong)..]);
        SHA256.HashData(input, hash);
        return ClientId.Read(hash[..ClientId.SizeBytes]);
    }

    private sealed record OwnedClient(ClientId Client, ClientId Own);
}
