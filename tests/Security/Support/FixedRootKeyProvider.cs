using Nacre.Core.Errors;
using Nacre.Security.Keys;

namespace Nacre.Security.Tests.Support;

/// <summary>A root key that the test knows: 32 equal bytes.</summary>
internal sealed class FixedRootKeyProvider(byte fill) : IRootKeyProvider
{
    public string Name => "test";

    public RootKey Key()
    {
        byte[] bytes = new byte[RootKey.SizeBytes];
        Array.Fill(bytes, fill);
        return RootKey.CopyOf(bytes);
    }

    public Result<RootKey> Open(RootKeyId? expected)
    {
        RootKey key = Key();
        return expected is null || key.Id == expected ? key : RootKeyErrors.Wrong(Name, key.Id, expected.Value);
    }
}
