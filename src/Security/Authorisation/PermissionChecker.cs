using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Security.Authentication;

namespace Nacre.Security.Authorisation;

/// <summary>The one place that decides who may do what. Whatever is not allowed here is refused.</summary>
/// <remarks>
/// Thread-safe; no state. Allocates nothing. Every refusal comes before anything is read: what a caller may not see and
/// what is not there get the same answer in the same time.
/// </remarks>
public static class PermissionChecker
{
    private static readonly NacreError ReadOnly = new(
        ErrorCode.Forbidden, "This account key may read and change nothing. Use a read-write key.");

    private static readonly NacreError TokenReadOnly = new(
        ErrorCode.Forbidden, "This token's permission is to read. Ask for a permission of mode All.");

    private static readonly NacreError Denied = new(
        ErrorCode.Forbidden, "The caller may not do this.");

    /// <summary>Decides on a method.</summary>
    /// <param name="principal">The caller, as authentication told it.</param>
    /// <param name="action">What the method does and for whom, as the command table says.</param>
    /// <param name="scope">What it would do it to; must lie within the caller's reach.</param>
    /// <returns>
    /// Null when it may be done, for items: within <see cref="CheckItem"/> and <see cref="Narrow"/>. Else
    /// <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Unauthenticated"/> for a credential that was withdrawn
    /// after the request was authenticated.
    /// </returns>
    public static NacreError? Check(Principal principal, AccessAction action, in ResourceScope scope)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal.IsWithdrawn)
        {
            return AuthenticationErrors.Withdrawn;
        }

        return principal.Kind switch
        {
            PrincipalKind.AccountReadWrite => CheckKey(principal, action, Callers.ReadWriteKeys, scope),
            PrincipalKind.AccountReadOnly => CheckKey(principal, action, Callers.ReadOnlyKeys, scope),
            PrincipalKind.ResourceToken => CheckToken(principal, action, scope),
            PrincipalKind.JoiningNode => action.Callers == Callers.JoinTokens ? null : Denied,
            _ => Denied,
        };
    }

    /// <summary>Decides on one item, before it is looked for.</summary>
    /// <param name="principal">A caller whose method was allowed in the item's container.</param>
    /// <param name="itemKey">As <see cref="ItemKey"/> encodes it.</param>
    /// <returns>Null, or <see cref="ErrorCode.Forbidden"/>.</returns>
    public static NacreError? CheckItem(Principal principal, ReadOnlySpan<byte> itemKey)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Grant?.Items is not { } items || items.Covers(itemKey) ? null : Denied;
    }

    /// <summary>Narrows a list to what the caller may see, so that no row of others is looked at.</summary>
    /// <param name="principal">A caller whose method was allowed in the container.</param>
    /// <param name="wanted">What it wants listed: a partition key, a prefix, or the empty one for everything.</param>
    /// <returns>What it gets listed: <paramref name="wanted"/> or less; or <see cref="ErrorCode.Forbidden"/> where that is nothing.</returns>
    public static Result<PartitionKey> Narrow(Principal principal, PartitionKey wanted)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal.Grant?.Items is not { } items)
        {
            return wanted;
        }

        return items.Id is not null ? Denied
            : items.PartitionKey.IsPrefixOf(wanted) ? wanted
            : wanted.IsPrefixOf(items.PartitionKey) ? items.PartitionKey
            : Denied;
    }

    private static NacreError? CheckKey(Principal principal, AccessAction action, Callers self, in ResourceScope scope)
    {
        if (!principal.Reach.Covers(scope))
        {
            return Denied;
        }

        bool reads = action.Mode == AccessMode.Read;
        bool mayDoMode = reads || (action.Mode == AccessMode.Write && self == Callers.ReadWriteKeys);
        return (action.Callers & self) != 0 && mayDoMode ? null
            : self == Callers.ReadOnlyKeys && (action.Callers & Callers.ReadWriteKeys) != 0 ? ReadOnly
            : Denied;
    }

    private static NacreError? CheckToken(Principal principal, AccessAction action, in ResourceScope scope)
    {
        if (principal.Grant is not { } grant || (action.Callers & Callers.Tokens) == 0)
        {
            return Denied;
        }

        switch (action.Resource)
        {
            // Who the server is, which everybody learns who may talk to it.
            case ResourceKind.Account when action.Mode == AccessMode.Read:
                return null;
            case ResourceKind.Container when action.Mode == AccessMode.Read:
                return principal.Reach.Covers(scope) ? null : Denied;
            case ResourceKind.Item when grant.CoversItems && principal.Reach.Covers(scope):
                return action.Mode == AccessMode.Read || (action.Mode == AccessMode.Write && grant.MayWrite) ? null : TokenReadOnly;
            default:
                return Denied;
        }
    }
}
