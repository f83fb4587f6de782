namespace Nacre.Core.Commands;

/// <summary>What kind of caller an entry came from. Numbers are stored.</summary>
public enum PrincipalKind : byte
{
    /// <summary>The cluster itself.</summary>
    System = 0,

    /// <summary>An account key.</summary>
    AccountKey = 1,

    /// <summary>A resource token.</summary>
    ResourceToken = 2,

    /// <summary>An identity of a directory.</summary>
    Directory = 3,

    /// <summary>A node, by its certificate or its join token.</summary>
    Node = 4,
}
