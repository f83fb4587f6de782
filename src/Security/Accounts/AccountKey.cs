using Nacre.Core;
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

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    internal static AccountKey Draw(AccountKeyKind kind, TimeProvider time, IRandomSource random) =>
        new(kind, UnixTime.FromMilliseconds(time.NowMilliseconds()), SecretBytes.Draw(random, SizeBytes));

    internal AccountKey Copy() => new(Kind, CreatedAt, SecretBytes.CopyOf(_bytes.Span));
}
