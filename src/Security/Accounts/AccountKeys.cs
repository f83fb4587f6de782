using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Keys;

namespace Nacre.Security.Accounts;

/// <summary>
/// The account's four keys. The control shard holds them sealed, as one value; the record's layout is in
/// <c>docs/formats/auth.md</c>.
/// </summary>
/// <remarks>Not thread-safe; never changed. Disposal clears the keys.</remarks>
// Invariants:
// - One key of each kind, in the order of the kinds.
public sealed class AccountKeys : IDisposable
{
    private const string Purpose = "account keys";
    private const byte FormatVersion = 1;
    private const int KeyCount = 4;
    private const int HeaderBytes = 2;
    private const int RecordBytes = 1 + 8 + AccountKey.SizeBytes;

    private readonly AccountKey[] _keys;

    private AccountKeys(AccountKey[] keys)
    {
        Invariant.Check(keys.Length == KeyCount);
        _keys = keys;
    }

    /// <summary>The keys, in the order of their kinds.</summary>
    public IReadOnlyList<AccountKey> All => _keys;

    /// <summary>One of the keys.</summary>
    public AccountKey this[AccountKeyKind kind] => _keys[(int)kind - 1];

    /// <summary>Draws four new keys, for a cluster's first start.</summary>
    public static AccountKeys Draw(TimeProvider time, IRandomSource random) =>
        new([.. Enum.GetValues<AccountKeyKind>().Select(kind => AccountKey.Draw(kind, time, random))]);

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <returns>The keys; the caller disposes them. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public static Result<AccountKeys> Open(ReadOnlySpan<byte> sealedKeys, SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        Result<SecretBytes> opened = sealer.Open(Purpose, sealedKeys);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using SecretBytes record = opened.Value;
        return Decode(record.Span);
    }

    /// <summary>The same keys but one, which is drawn anew. Whoever signs with the old one is refused from then on.</summary>
    /// <param name="kind">The key to replace.</param>
    /// <param name="time">Stamps the new key.</param>
    /// <param name="random">Draws it; cryptographic in the product.</param>
    /// <returns>Another object, to be disposed by the caller like this one.</returns>
    public AccountKeys Regenerate(AccountKeyKind kind, TimeProvider time, IRandomSource random) =>
        new([.. _keys.Select(key => key.Kind == kind ? AccountKey.Draw(kind, time, random) : key.Copy())]);

    /// <summary>Seals the keys for the control shard.</summary>
    public byte[] Seal(SecretSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        using var record = new SecretBytes(HeaderBytes + (KeyCount * RecordBytes));
        Span<byte> rest = record.Span;
        rest[0] = FormatVersion;
        rest[1] = KeyCount;
        rest = rest[HeaderBytes..];
        foreach (AccountKey key in _keys)
        {
            rest[0] = (byte)key.Kind;
            BinaryPrimitives.WriteInt64LittleEndian(rest[1..], key.CreatedAt.ToUnixTimeMilliseconds());
            key.Bytes.CopyTo(rest[9..]);
            rest = rest[RecordBytes..];
        }

        return sealer.Seal(Purpose, record.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AccountKey key in _keys)
        {
            key.Dispose();
        }
    }

    private static Result<AccountKeys> Decode(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty || record[0] != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, "The account keys have a format version that this program does not read.");
        }

        if (record.Length != HeaderBytes + (KeyCount * RecordBytes) || record[1] != KeyCount)
        {
            return Corrupt();
        }

        var keys = new AccountKey[KeyCount];
        ReadOnlySpan<byte> rest = record[HeaderBytes..];
        for (int i = 0; i < KeyCount; i++, rest = rest[RecordBytes..])
        {
            long createdMs = BinaryPrimitives.ReadInt64LittleEndian(rest[1..]);
            if (rest[0] != i + 1 || createdMs is < 0 or > UnixTime.MaxMilliseconds)
            {
                return Corrupt();
            }

            keys[i] = new AccountKey((AccountKeyKind)rest[0], UnixTime.FromMilliseconds(createdMs), SecretBytes.CopyOf(rest[9..RecordBytes]));
        }

        return new AccountKeys(keys);
    }

    private static NacreError Corrupt() => new(ErrorCode.Corrupt, "The account keys' record does not hold the four keys.");
}
