using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Authentication;
using Nacre.Security.Keys;

namespace Nacre.Security.Accounts;

/// <summary>One account key: 64 random bytes, the block length of HMAC-SHA256.</summary>
/// <remarks>Not thread-safe. Disposal clears it.</remarks>
public sealed class AccountKey : IDisposable
{
    /// <summary>Length of the key.</summary>
    public const int SizeBytes = 64;

    private const string Purpose = "account key";
    private const byte FormatVersion = 1;
    private const int RecordBytes = 2 + 8 + SizeBytes;

    private readonly SecretBytes _bytes;

    internal AccountKey(AccountKeyKind kind, DateTimeOffset createdAt, SecretBytes bytes)
    {
        Invariant.Check(bytes.Length == SizeBytes);
        Kind = kind;
        CreatedAt = createdAt;
        _bytes = bytes;
        using HmacKey hmac = HmacKey.CopyOf(bytes.Span);
        Id = CredentialKeyId.Of(hmac);
    }

    /// <summary>Which of the four it is.</summary>
    public AccountKeyKind Kind { get; }

    /// <summary>When it was drawn; whole milliseconds.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Names the key in signatures; not secret.</summary>
    public CredentialKeyId Id { get; }

    /// <summary>True for the two keys that may do everything.</summary>
    public bool MayWrite => Kind is AccountKeyKind.Primary or AccountKeyKind.Secondary;

    /// <summary>The key itself.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>The key as connection strings carry it: base64, 88 characters. For the one answer that gives it out.</summary>
    public string Reveal() => Convert.ToBase64String(_bytes.Span);

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <returns>The key; the caller disposes it. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public static Result<AccountKey> Open(ReadOnlySpan<byte> sealedKey, SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        return sealer.Open(Purpose, sealedKey, Decode);
    }

    /// <summary>Seals the key for the control shard. Layout in <c>docs/formats/auth.md</c>.</summary>
    public byte[] Seal(SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        using var record = new SecretBytes(RecordBytes);
        record.Span[0] = FormatVersion;
        record.Span[1] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(record.Span[2..], CreatedAt.ToUnixTimeMilliseconds());
        _bytes.Span.CopyTo(record.Span[10..]);
        return sealer.Seal(Purpose, record.Span);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    internal static AccountKey Draw(AccountKeyKind kind, TimeProvider time, IRandomSource random) =>
        new(kind, UnixTime.FromMilliseconds(time.NowMilliseconds()), SecretBytes.Draw(random, SizeBytes));

    internal AccountKey Copy() => new(Kind, CreatedAt, SecretBytes.CopyOf(_bytes.Span));

    private static Result<AccountKey> Decode(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty || record[0] != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, "An account key has a format version that this program does not read.");
        }

        if (record.Length != RecordBytes)
        {
            return Corrupt();
        }

        var kind = (AccountKeyKind)record[1];
        long createdMs = BinaryPrimitives.ReadInt64LittleEndian(record[2..]);
        return kind is < AccountKeyKind.Primary or > AccountKeyKind.SecondaryReadOnly || createdMs is < 0 or > UnixTime.MaxMilliseconds
            ? Corrupt()
            : new AccountKey(kind, UnixTime.FromMilliseconds(createdMs), SecretBytes.CopyOf(record[10..]));
    }

    private static NacreError Corrupt() => new(ErrorCode.Corrupt, "An account key's record cannot be read.");
}
