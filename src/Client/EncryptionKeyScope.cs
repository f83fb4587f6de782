namespace Nacre.Client;

/// <summary>Which encryption keys a rotation replaces.</summary>
public enum EncryptionKeyScope
{
    /// <summary>A new data key in every domain, for what is written from now on.</summary>
    Data = 1,

    /// <summary>New domain keys; data keys are wrapped anew, and new ones drawn.</summary>
    Domain = 2,

    /// <summary>A new root key; domain keys are wrapped anew.</summary>
    Root = 3,
}
