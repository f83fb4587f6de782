using Nacre.Core.Errors;

namespace Nacre.Security.Authorisation;

/// <summary>The one place that decides who may do what. Whatever is not allowed here is refused.</summary>
/// <remarks>Thread-safe; no state. Allocates nothing.</remarks>
public static class PermissionChecker
{
    private static readonly NacreError Withdrawn = new(
        ErrorCode.Unauthenticated, "The credential was withdrawn. Use one that is in force.");

    private static readonly NacreError ReadOnly = new(
        ErrorCode.Forbidden, "This account key may read and change nothing. Use a read-write key.");

    private static readonly NacreError Denied = new(
        ErrorCode.Forbidden, "The caller may not do this.");

    /// <summary>Decides.</summary>
    /// <param name="principal">The caller, as authentication told it.</param>
    /// <param name="action">What the method does, as the command table says.</param>
    /// <param name="scope">What it would do it to; must lie within the caller's reach.</param>
    /// <returns>
    /// Null when it may be done. Else <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Unauthenticated"/> for a
    /// credential that was withdrawn after the request was authenticated.
    /// </returns>
    public static NacreError? Check(Principal principal, AccessAction action, in ResourceScope scope)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal.IsWithdrawn)
        {
            return Withdrawn;
        }

        if (!principal.Reach.Covers(scope))
        {
            return Denied;
        }

        return (principal.Kind, action.Mode) switch
        {
            (PrincipalKind.AccountReadWrite, AccessMode.Read or AccessMode.Write) => null,
            (PrincipalKind.AccountReadOnly, AccessMode.Read) => null,
            (PrincipalKind.AccountReadOnly, AccessMode.Write) => ReadOnly,
            _ => Denied,
        };
    }
}
