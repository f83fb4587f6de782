namespace Nacre.Security.Authorisation;

/// <summary>Who may ask for a method at all. How far each of them gets, their reach and the method's mode decide.</summary>
[Flags]
public enum Callers : byte
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>Holders of a read-write account key.</summary>
    ReadWriteKeys = 1,

    /// <summary>Holders of a read-only account key.</summary>
    ReadOnlyKeys = 2,

    /// <summary>Bearers of a resource token.</summary>
    Tokens = 4,

    /// <summary>Whoever joins, or is about to: the token, where one is needed, is in the request, and the method itself checks it. Such a request is not signed.</summary>
    JoinTokens = 8,

    /// <summary>Holders of any account key.</summary>
    Keys = ReadWriteKeys | ReadOnlyKeys,
}
