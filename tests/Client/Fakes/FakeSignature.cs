using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nacre.Client.Tests.Fakes;

/// <summary>The server's side of docs/formats/auth.md, written from that page in the plainest way.</summary>
internal static class FakeSignature
{
    /// <summary>True when a header signs this method and body under the key.</summary>
    public static bool IsGood(byte[] key, string? header, string method, byte[] body)
    {
        string[] parts = header?.Split(';') ?? [];
        if (parts.Length != 6 || parts[0] != "v2")
        {
            return false;
        }

        string keyId = Base64Url.EncodeToString(HMACSHA256.HashData(key, "nacre key id v2"u8).AsSpan(0, 12));
        string text = string.Join('\n', "nacre-auth-v2", method, parts[2][4..], parts[3][2..], parts[4][2..],
            Base64Url.EncodeToString(SHA256.HashData(body)));
        string signature = Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)));
        return parts[1] == $"key={keyId}" && parts[5] == $"sig={signature}";
    }

    public static byte[] SessionKey(byte[] key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        HMACSHA256.HashData(key, (byte[])[.. "nacre stream v2"u8, .. clientNonce, .. serverNonce]);

    /// <summary>MACs of one direction.</summary>
    public sealed class Direction(byte[] sessionKey, string label)
    {
        private readonly byte[] _key = HMACSHA256.HashData(sessionKey, Encoding.ASCII.GetBytes(label));
        private byte[] _previous = new byte[32];
        private ulong _number;

        public byte[] Next(ReadOnlySpan<byte> payload)
        {
            byte[] number = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(number, _number++);
            return _previous = HMACSHA256.HashData(_key, (byte[])[.. _previous, .. number, .. payload]);
        }
    }
}
