namespace Nacre.Client;

/// <summary>The four account keys. Two of each right, so that one can be replaced while clients use the other.</summary>
public enum AccountKeyKind
{
    /// <summary>May do everything.</summary>
    Primary = 1,

    /// <summary>May do everything.</summary>
    Secondary = 2,

    /// <summary>May read.</summary>
    PrimaryReadOnly = 3,

    /// <summary>May read.</summary>
    SecondaryReadOnly = 4,
}
