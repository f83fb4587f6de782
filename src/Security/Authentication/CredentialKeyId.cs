using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Nacre.Core;

namespace Nacre.Security.Authentication;

/// <summary>
/// Names a signing key without telling it, and is derived from it, so that whoever holds the key knows its name: the
/// first 12 bytes of HMAC-SHA256(key, "nacre key id v2") in base64url, 16 characters.
/// </summary>
/// <param name="Characters">The 16 ASCII characters, the first in the most significant byte.</param>
public readonly record struct CredentialKeyId(UInt128 Characters)
{
    /// <summary>Length in characters.</summary>
    public const int Length = 16;

    /// <summary>Names a key.</summary>
    public static CredentialKeyId Of(HmacKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> mac = stackalloc byte[HmacKey.MacBytes];
        Span<byte> text = stackalloc byte[Length];
        Invariant.Check(key.TryCompute("nacre key id v2"u8, mac));
        Base64Url.EncodeToUtf8(mac[..12], text);
        return Read(text);
    }

    /// <summary>Reads a name from its ASCII characters.</summary>
    /// <param name="text">16 bytes; any other alphabet names no key.</param>
    public static CredentialKeyId Read(ReadOnlySpan<byte> text)
    {
        Invariant.Check(text.Length == Length);
        return new CredentialKeyId(BinaryPrimitives.ReadUInt128BigEndian(text));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(text, Characters);
        return Encoding.ASCII.GetString(text);
    }
}
