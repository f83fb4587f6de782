namespace Nacre.Security.Authentication;

/// <summary>What the replay cache says of a request.</summary>
public enum ReplayVerdict : byte
{
    /// <summary>Not seen before; remembered from now on.</summary>
    Fresh = 0,

    /// <summary>Seen before.</summary>
    Seen = 1,

    /// <summary>Signed so long ago that it may have been seen and forgotten.</summary>
    TooOld = 2,

    /// <summary>Signed before this cache began to remember; the client signs anew.</summary>
    BeforeStart = 3,

    /// <summary>No room; nothing is forgotten early to make some.</summary>
    Full = 4,
}
