using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Authentication;
using Nacre.Security.Keys;

namespace Nacre.Security.Tokens;

/// <summary>A key that the secrets of resource tokens derive from: 64 random bytes. It never leaves the cluster.</summary>
/// <remarks>Thread-safe. Disposal clears it.</remarks>
public sealed class TokenKey : IDisposable
{
    /// <summary>Length of the key.</summary>
    public const int SizeBytes = 64;

    private const string Purpose = "token key";
    private const byte FormatVersion = 1;
    private const int KeyAt = 13;

    private readonly SecretBytes _bytes;
    private readonly HmacKey _hmac;
    private volatile bool _withdrawn;

    private TokenKey(uint generation, DateTimeOffset createdAt, SecretBytes bytes)
    {
        Invariant.Check(bytes.Length == SizeBytes);
        Invariant.Check(generation > 0);
        Generation = generation;
        CreatedAt = createdAt;
        _bytes = bytes;
        _hmac = HmacKey.CopyOf(bytes.Span);
    }

    /// <summary>Counts the keys, from 1.</summary>
    public uint Generation { get; }

    /// <summary>When it was drawn; whole milliseconds.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>True once tokens made under it are no longer good. Never false again.</summary>
    public bool IsWithdrawn => _withdrawn;

    /// <summary>Draws a key.</summary>
    /// <param name="generation">One above the last.</param>
    /// <param name="time">Stamps it.</param>
    /// <param name="random">Draws it; cryptographic in the product.</param>
    public static TokenKey Draw(uint generation, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new TokenKey(generation, UnixTime.FromMilliseconds(time.NowMilliseconds()), SecretBytes.Draw(random, SizeBytes));
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <returns>The key; the caller disposes it. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public static Result<TokenKey> Open(ReadOnlySpan<byte> sealedKey, SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        return sealer.Open(Purpose, sealedKey, Decode);
    }

    /// <summary>Seals the key for the control shard. Layout in <c>docs/formats/auth.md</c>.</summary>
    public byte[] Seal(SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        using var record = new SecretBytes(KeyAt + SizeBytes);
        record.Span[0] = FormatVersion;
        BinaryPrimitives.WriteUInt32LittleEndian(record.Span[1..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(record.Span[5..], CreatedAt.ToUnixTimeMilliseconds());
        _bytes.Span.CopyTo(record.Span[KeyAt..]);
        return sealer.Seal(Purpose, record.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _withdrawn = true;
        _hmac.Dispose();
        _bytes.Dispose();
    }

    /// <summary>Derives a token's secret.</summary>
    /// <param name="token">The token's 72 bytes.</param>
    /// <param name="secret">32 bytes, filled.</param>
    /// <returns>False when the key is gone.</returns>
    internal bool TryDerive(ReadOnlySpan<byte> token, Span<byte> secret) => _hmac.TryCompute("nacre resource token v1"u8, token, secret);

    private static Result<TokenKey> Decode(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty || record[0] != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, "A token key has a format version that this program does not read.");
        }

        if (record.Length != KeyAt + SizeBytes)
        {
            return Corrupt();
        }

        uint generation = BinaryPrimitives.ReadUInt32LittleEndian(record[1..]);
        long createdMs = BinaryPrimitives.ReadInt64LittleEndian(record[5..]);
        return generation == 0 || createdMs is < 0 or > UnixTime.MaxMilliseconds
            ? Corrupt()
            : new TokenKey(generation, UnixTime.FromMilliseconds(createdMs), SecretBytes.CopyOf(record[KeyAt..]));
    }

    private static NacreError Corrupt() => new(ErrorCode.Corrupt, "A token key's record cannot be read.");
}
