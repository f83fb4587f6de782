using System.Globalization;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Security.Tokens;

namespace Nacre.Security.Authorisation;

/// <summary>What one resource token lets its bearer do, and what that hangs on.</summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - once IsWithdrawn was true it stays so: versions of permissions rise, and keys do not come back;
// - nothing was withdrawn at _inForceAsOf.
internal sealed class TokenGrant
{
    private readonly PermissionId _permission;
    private readonly Sequence _epoch;
    private readonly IRevocations _revocations;
    private readonly TokenKey _key;
    private readonly Principal _issuer;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _expires;
    private ulong _inForceAsOf = ulong.MaxValue;

    /// <summary>Makes a grant of what a permission allows now.</summary>
    /// <param name="permission">The permission; later versions of it withdraw the grant.</param>
    /// <param name="expires">When the token ends.</param>
    /// <param name="revocations">Says what is in force.</param>
    /// <param name="key">The key that the token was made under.</param>
    /// <param name="issuer">The account key that asked for the token.</param>
    /// <param name="time">The clock.</param>
    public TokenGrant(
        PermissionRecord permission, DateTimeOffset expires, IRevocations revocations, TokenKey key, Principal issuer, TimeProvider time)
    {
        PermissionTarget target = permission.Target;
        _permission = permission.Id;
        _epoch = permission.Version;
        _expires = expires;
        _revocations = revocations;
        _key = key;
        _issuer = issuer;
        _time = time;
        User = permission.User;
        Reach = new ResourceScope(permission.Database, permission.Container);
        MayWrite = target.Mode == PermissionMode.All;
        CoversItems = target.Resource.Kind is ResourcePathKind.Container or ResourcePathKind.Item;
        Items = target switch
        {
            { Resource.Kind: ResourcePathKind.Item } => ItemScope.Of(target.PartitionKey, target.Resource.Id),
            { Resource.Kind: ResourcePathKind.Container, PartitionKey.Count: > 0 } => ItemScope.Below(target.PartitionKey),
            _ => null,
        };
        Name = string.Create(CultureInfo.InvariantCulture, $"user {User} of database {permission.Database}, permission {_permission}");
    }

    /// <summary>For audit and logs: ids, since a name may be longer than an entry has room for.</summary>
    public string Name { get; }

    /// <summary>Whose permission it is.</summary>
    public UserId User { get; }

    /// <summary>The container that the permission lies in.</summary>
    public ResourceScope Reach { get; }

    /// <summary>True for a permission to do everything.</summary>
    public bool MayWrite { get; }

    /// <summary>True when it is for items: a permission for a procedure is none for what that may touch.</summary>
    public bool CoversItems { get; }

    /// <summary>The items that it is for; null for all of the container's.</summary>
    public ItemScope? Items { get; }

    /// <summary>True once permission, user, database, container or key were changed or went.</summary>
    public bool IsWithdrawn => _key.IsWithdrawn || _issuer.IsWithdrawn || !IsInForce();

    /// <summary>True from the end of its time on.</summary>
    public bool IsExpired => _time.GetUtcNow() >= _expires;

    private bool IsInForce()
    {
        ulong asOf = _revocations.AsOf.Value;
        if (asOf == Volatile.Read(ref _inForceAsOf))
        {
            return true;
        }

        if (_revocations.Find(_permission) is not { } permission || permission.Version != _epoch)
        {
            return false;
        }

        // Asked before it was found: what is found may be of later, and is then looked for again.
        Volatile.Write(ref _inForceAsOf, asOf);
        return true;
    }
}
