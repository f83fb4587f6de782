namespace Nacre.Security.Authorisation;

/// <summary>Whether a request changes what it touches.</summary>
public enum AccessMode : byte
{
    /// <summary>Changes nothing.</summary>
    Read = 1,

    /// <summary>Creates, changes or removes.</summary>
    Write = 2,
}
