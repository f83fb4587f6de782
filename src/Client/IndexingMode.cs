namespace Nacre.Client;

/// <summary>Whether a container's items are indexed.</summary>
public enum IndexingMode
{
    /// <summary>By every write, as the policy's paths say.</summary>
    Consistent = 1,

    /// <summary>Not at all: queries look at every item.</summary>
    None = 2,
}
