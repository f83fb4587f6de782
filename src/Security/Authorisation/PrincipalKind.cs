namespace Nacre.Security.Authorisation;

/// <summary>Who a caller is.</summary>
public enum PrincipalKind : byte
{
    /// <summary>Holder of an account key that may do everything.</summary>
    AccountReadWrite = 1,

    /// <summary>Holder of an account key that may read.</summary>
    AccountReadOnly = 2,

    /// <summary>Bearer of a resource token: a user of a database, with one permission.</summary>
    ResourceToken = 3,

    /// <summary>Whoever asks to join: nobody yet. Its join token is in its request.</summary>
    JoiningNode = 4,
}
