using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>
/// One key sealed under another: AES-256-GCM with a random nonce, bound to cluster, domain, id and state, so that a
/// wrapped key is of no use in any other place. Layout in <c>docs/formats/keyring.md</c>.
/// </summary>
internal static class KeyWrap
{
    /// <summary>Length of every key here.</summary>
    public const int KeyBytes = 32;

    /// <summary>Nonce, sealed key, tag.</summary>
    public const int WrappedBytes = NonceBytes + KeyBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MaxContextBytes = 64;

    /// <summary>Wraps a domain's key under a key derived from the root key.</summary>
    public static byte[] WrapDomain(
        ReadOnlySpan<byte> wrappingKey, ClusterId cluster, WrappedDomainKey key, ReadOnlySpan<byte> plain, IRandomSource random)
    {
        Span<byte> context = stackalloc byte[MaxContextBytes];
        return Wrap(wrappingKey, DomainContext(context, cluster, key), plain, random);
    }

    /// <summary>Opens a domain's key; false when it was not wrapped so.</summary>
    public static bool TryUnwrapDomain(ReadOnlySpan<byte> wrappingKey, ClusterId cluster, WrappedDomainKey key, Span<byte> plain)
    {
        Span<byte> context = stackalloc byte[MaxContextBytes];
        return TryUnwrap(wrappingKey, DomainContext(context, cluster, key), key.Wrapped, plain);
    }

    /// <summary>Wraps a data key under its domain's key.</summary>
    public static byte[] WrapData(
        ReadOnlySpan<byte> domainKey, ClusterId cluster, uint domainVersion, WrappedDataKey key, ReadOnlySpan<byte> plain, IRandomSource random)
    {
        Span<byte> context = stackalloc byte[MaxContextBytes];
        return Wrap(domainKey, DataContext(context, cluster, domainVersion, key), plain, random);
    }

    /// <summary>Opens a data key; false when it was not wrapped so.</summary>
    public static bool TryUnwrapData(
        ReadOnlySpan<byte> domainKey, ClusterId cluster, uint domainVersion, WrappedDataKey key, Span<byte> plain)
    {
        Span<byte> context = stackalloc byte[MaxContextBytes];
        return TryUnwrap(domainKey, DataContext(context, cluster, domainVersion, key), key.Wrapped, plain);
    }

    private static ReadOnlySpan<byte> DomainContext(Span<byte> buffer, ClusterId cluster, WrappedDomainKey key)
    {
        ReadOnlySpan<byte> label = "nacre domain key"u8;
        label.CopyTo(buffer);
        Span<byte> fields = buffer[label.Length..];
        cluster.Write(fields);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[16..], key.Domain.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[20..], key.Version);
        BinaryPrimitives.WriteInt64LittleEndian(fields[24..], key.CreatedMs);
        return buffer[..(label.Length + 32)];
    }

    private static ReadOnlySpan<byte> DataContext(Span<byte> buffer, ClusterId cluster, uint domainVersion, WrappedDataKey key)
    {
        ReadOnlySpan<byte> label = "nacre data key"u8;
        label.CopyTo(buffer);
        Span<byte> fields = buffer[label.Length..];
        cluster.Write(fields);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[16..], key.Domain.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[20..], domainVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[24..], key.Id.Value);
        fields[28] = (byte)key.State;
        BinaryPrimitives.WriteInt64LittleEndian(fields[29..], key.CreatedMs);
        BinaryPrimitives.WriteInt64LittleEndian(fields[37..], key.StateSinceMs);
        return buffer[..(label.Length + 45)];
    }

    private static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plain, IRandomSource random)
    {
        Invariant.Check(plain.Length == KeyBytes);
        byte[] wrapped = new byte[WrappedBytes];
        Span<byte> nonce = wrapped.AsSpan(0, NonceBytes);
        random.Fill(nonce);
        using var cipher = new AesGcm(wrappingKey, TagBytes);
        cipher.Encrypt(nonce, plain, wrapped.AsSpan(NonceBytes, KeyBytes), wrapped.AsSpan(NonceBytes + KeyBytes), context);
        return wrapped;
    }

    private static bool TryUnwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> context, ReadOnlySpan<byte> wrapped, Span<byte> plain)
    {
        Invariant.Check(wrapped.Length == WrappedBytes);
        try
        {
            using var cipher = new AesGcm(wrappingKey, TagBytes);
            cipher.Decrypt(wrapped[..NonceBytes], wrapped.Slice(NonceBytes, KeyBytes), wrapped[(NonceBytes + KeyBytes)..], plain, context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
