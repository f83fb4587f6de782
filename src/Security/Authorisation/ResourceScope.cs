using Nacre.Core.Ids;

namespace Nacre.Security.Authorisation;

/// <summary>
/// The very resource that a request touches, by identity and not by name: a container made again under an old name is
/// another. 0 stands for what the request does not go down to.
/// </summary>
/// <param name="Database">The database; 0 for the account, and for lists of databases.</param>
/// <param name="Container">The container's incarnation; 0 for the database, and for lists of containers.</param>
public readonly record struct ResourceScope(DatabaseId Database, ContainerId Container)
{
    /// <summary>The account: above every database.</summary>
    public static ResourceScope Account => default;

    /// <summary>True when <paramref name="inner"/> is this resource or lies in it.</summary>
    public bool Covers(in ResourceScope inner) =>
        Database == default || (Database == inner.Database && (Container == default || Container == inner.Container));
}
