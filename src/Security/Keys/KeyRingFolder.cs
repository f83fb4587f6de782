using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>Where a data folder keeps its key ring: makes it at the first start, opens it at every other.</summary>
/// <param name="files">The file system.</param>
/// <param name="directory">The folder, <c>keys</c> in the data folder.</param>
/// <param name="time">Stamps keys and writings.</param>
/// <param name="random">Draws keys, nonces and salts; cryptographic in the product.</param>
/// <remarks>Used by one thread at start. Every method throws <see cref="StorageFaultException"/> when the disk refuses.</remarks>
public sealed class KeyRingFolder(IFileSystem files, string directory, TimeProvider time, IRandomSource random)
{
    /// <summary>Name of the ring's file in its folder.</summary>
    public const string FileName = "keyring";

    internal string RingPath { get; } = Path.Combine(directory, FileName);

    internal IFileSystem Files => files;

    internal TimeProvider Time => time;

    internal IRandomSource Random => random;

    /// <summary>True when a ring is there.</summary>
    public bool Exists => files.FileExists(RingPath);

    /// <summary>Makes a cluster's first ring: the shared domain with its first data key.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="provider">Gives the root key, or makes it.</param>
    /// <returns>
    /// The ring; the caller disposes it. Errors: <see cref="ErrorCode.AlreadyExists"/> when a ring is there, and the
    /// provider's own.
    /// </returns>
    public Result<KeyRing> Create(ClusterId cluster, IRootKeyProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (Exists)
        {
            return new NacreError(ErrorCode.AlreadyExists, $"{RingPath} is there already. Open it, or begin with an empty data folder.");
        }

        Result<RootKey> root = provider.Open(expected: null);
        if (!root.IsOk)
        {
            return root.Error;
        }

        files.CreateDirectory(directory);
        return KeyRing.Create(this, cluster, root.Value);
    }

    /// <summary>Makes a joined node's ring: the cluster's data keys, under this node's own root key.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="exported">As <see cref="KeyRing.Export"/> gave it on another node; the caller clears it.</param>
    /// <param name="provider">Gives the root key, or makes it.</param>
    /// <returns>
    /// The ring; the caller disposes it. Errors: <see cref="ErrorCode.AlreadyExists"/> when a ring is there,
    /// <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>, and the provider's own.
    /// </returns>
    public Result<KeyRing> Adopt(ClusterId cluster, ReadOnlySpan<byte> exported, IRootKeyProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (Exists)
        {
            return new NacreError(ErrorCode.AlreadyExists, $"{RingPath} is there already. Join with an empty data folder.");
        }

        Result<RootKey> root = provider.Open(expected: null);
        if (!root.IsOk)
        {
            return root.Error;
        }

        files.CreateDirectory(directory);
        return KeyRing.Adopt(this, cluster, exported, root.Value);
    }

    /// <summary>Opens the ring.</summary>
    /// <param name="provider">Gives the root key.</param>
    /// <param name="minimumGeneration">
    /// The generation last remembered elsewhere (<see cref="KeyRing.Generation"/>), so that an older file put back is
    /// noticed; 0 when nothing is remembered.
    /// </param>
    /// <returns>
    /// The ring; the caller disposes it. Errors: <see cref="ErrorCode.NotFound"/> without a ring,
    /// <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>, <see cref="ErrorCode.RootKeyWrong"/>, and
    /// the provider's own.
    /// </returns>
    public Result<KeyRing> Open(IRootKeyProvider provider, ulong minimumGeneration = 0)
    {
        ArgumentNullException.ThrowIfNull(provider);
        Result<byte[]> file = ReadFile();
        if (!file.IsOk)
        {
            return file.Error;
        }

        Result<KeyRingHeader> header = KeyRingCodec.DecodeHeader(file.Value);
        if (!header.IsOk)
        {
            return OfThisRing(header.Error);
        }

        Result<RootKey> root = provider.Open(header.Value.RootKey);
        if (!root.IsOk)
        {
            // The key may be right and the name that the ring asks for by, damaged.
            return root.Error.Code == ErrorCode.RootKeyWrong ? OfThisRing(root.Error) : root.Error;
        }

        Result<KeyRing> ring = KeyRing.Open(this, file.Value, root.Value);
        if (!ring.IsOk)
        {
            return OfThisRing(ring.Error);
        }

        if (ring.Value.Check(minimumGeneration) is { } stale)
        {
            ring.Value.Dispose();
            return OfThisRing(stale);
        }

        return ring;
    }

    private NacreError OfThisRing(NacreError error) => error with { Message = $"{RingPath}: {error.Message}" };

    /// <summary>Reads what the ring's file tells without the root key.</summary>
    /// <returns>Errors: <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<KeyRingHeader> ReadHeader()
    {
        Result<byte[]> file = ReadFile();
        return file.IsOk ? KeyRingCodec.DecodeHeader(file.Value) : file.Error;
    }

    private Result<byte[]> ReadFile()
    {
        if (!Exists)
        {
            return new NacreError(ErrorCode.NotFound, $"{RingPath} is not there. Without its key ring a data folder cannot be opened: put back the newest copy.");
        }

        return AtomicFile.Read(files, RingPath, KeyRingCodec.MaxFileBytes) is { } content
            ? content
            : KeyRingCodec.Corrupt($"{RingPath} is larger than any ring");
    }
}
