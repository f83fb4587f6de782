using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>Refusals that several root-key providers share.</summary>
internal static class RootKeyErrors
{
    /// <summary>The provider holds a root key, but not the one that the ring was sealed under.</summary>
    public static NacreError Wrong(string provider, RootKeyId found, RootKeyId expected) => new(
        ErrorCode.RootKeyWrong,
        $"{provider} holds root key {found}, but this data folder's key ring is sealed under root key {expected}. Give the root key that the folder was made with, or was last rotated to.");
}
