namespace Nacre.Security.Keys;

/// <summary>Where a data key stands in its life.</summary>
public enum DataKeyState : byte
{
    /// <summary>New files of its domain use it; exactly one a domain.</summary>
    Current = 1,

    /// <summary>It opens what was written under it, and nothing new.</summary>
    Retired = 2,

    /// <summary>Its bytes are gone; the id stays known so that it is never given again.</summary>
    Destroyed = 3,
}
