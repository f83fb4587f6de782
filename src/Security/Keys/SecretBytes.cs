using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>Secret bytes that the garbage collector neither moves nor copies, cleared on disposal.</summary>
/// <remarks>Not thread-safe: whoever shares it guards reads against disposal.</remarks>
public sealed class SecretBytes : IDisposable
{
    // Pinned: a compacting collection would leave copies behind that nobody clears.
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>Makes a buffer of zeros for the caller to fill.</summary>
    /// <param name="length">Bytes; zero is allowed.</param>
    public SecretBytes(int length)
    {
        Invariant.Check(length >= 0);
        _bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    /// <summary>Bytes held.</summary>
    public int Length => _bytes.Length;

    /// <summary>The bytes themselves; throws once disposed.</summary>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Copies bytes that the caller then clears.</summary>
    public static SecretBytes CopyOf(ReadOnlySpan<byte> source)
    {
        var copy = new SecretBytes(source.Length);
        source.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Draws random bytes.</summary>
    public static SecretBytes Draw(IRandomSource random, int length)
    {
        ArgumentNullException.ThrowIfNull(random);
        var drawn = new SecretBytes(length);
        random.Fill(drawn.Span);
        return drawn;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _disposed = true;
    }
}
