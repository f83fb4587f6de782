using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>The key above all others: 256 bits that live outside the data folder.</summary>
/// <remarks>Not thread-safe. Disposal clears it.</remarks>
public sealed class RootKey : IDisposable
{
    /// <summary>Length of a root key.</summary>
    public const int SizeBytes = 32;

    private readonly SecretBytes _bytes;

    private RootKey(SecretBytes bytes)
    {
        _bytes = bytes;
        Span<byte> id = stackalloc byte[RootKeyId.SizeBytes];
        Derive([], "nacre root key id v1"u8, id);
        Id = RootKeyId.Read(id);
    }

    /// <summary>Names the key; not secret.</summary>
    public RootKeyId Id { get; }

    /// <summary>The key itself, for sealing it into its own file.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Draws a new key.</summary>
    public static RootKey Draw(IRandomSource random) => new(SecretBytes.Draw(random, SizeBytes));

    /// <summary>Copies a key; the caller clears its own copy.</summary>
    /// <param name="source">32 bytes.</param>
    public static RootKey CopyOf(ReadOnlySpan<byte> source)
    {
        Invariant.Check(source.Length == SizeBytes);
        return new RootKey(SecretBytes.CopyOf(source));
    }

    /// <summary>Another object with the same key, with its own disposal.</summary>
    public RootKey Copy() => CopyOf(_bytes.Span);

    /// <summary>Derives a key for one use: HKDF-SHA256.</summary>
    /// <param name="salt">Empty, or what sets this derivation apart from others of the same use.</param>
    /// <param name="use">A label of its own for each use.</param>
    /// <param name="derived">Filled; the caller clears it after use.</param>
    internal void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> use, Span<byte> derived) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _bytes.Span, derived, salt, use);

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
