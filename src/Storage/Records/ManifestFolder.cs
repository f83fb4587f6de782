using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;

namespace Nacre.Storage.Records;

/// <summary>
/// The sealed manifests of a shard's folder, a file each. A manifest is written beside the others and renamed into
/// place; it is never changed.
/// </summary>
/// <param name="files">Where the folder is.</param>
/// <param name="directory">The folder.</param>
/// <param name="shard">Bound into every seal: a manifest of another shard does not open.</param>
/// <param name="keys">Where keys come from.</param>
/// <param name="random">Where salts come from.</param>
/// <remarks>One thread at a time.</remarks>
internal sealed class ManifestFolder(
    IFileSystem files, string directory, ShardId shard, IDataKeys keys, IRandomSource random)
{
    private const int HeaderBytes = 48;
    private const long MaxBytes = 256L << 20;
    private const int TagBytes = DataKeyCiphers.TagBytes;
    private const string Prefix = "manifest-";
    private const string TemporaryName = "manifest.new";

    private static ReadOnlySpan<byte> Magic => "NACREMAN"u8;

    private static ReadOnlySpan<byte> Purpose => "nacre store manifest"u8;

    /// <summary>The name of a manifest's file.</summary>
    public static string NameOf(ulong generation) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{generation:x16}");

    /// <summary>Generations of the manifests that are there, newest first.</summary>
    public IReadOnlyList<ulong> List() =>
        [.. files.ListFiles(directory).Select(GenerationOf).OfType<ulong>().OrderDescending()];

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="StorageFaultException">The disk refuses, or the file is not that manifest.</exception>
    public (ShardManifest Manifest, DataKeyId Key) Read(ulong generation)
    {
        string path = Path.Combine(directory, NameOf(generation));
        return Open(path, generation, ReadBytes(path));
    }

    /// <summary>Reads a manifest, and gives its file's bytes, too.</summary>
    /// <exception cref="StorageFaultException">The disk refuses, or the file is not that manifest.</exception>
    public (ShardManifest Manifest, byte[] Bytes) ReadWhole(ulong generation)
    {
        string path = Path.Combine(directory, NameOf(generation));
        byte[] content = ReadBytes(path);
        return (Open(path, generation, content).Manifest, content);
    }

    private byte[] ReadBytes(string path)
    {
        byte[] content;
        using (IStorageFile file = files.Open(path, StorageFileMode.ReadOnly))
        {
            long length = file.Length;
            if (length is < HeaderBytes + TagBytes or > MaxBytes)
            {
                throw Corrupt(path, $"{length} bytes are too few or too many for a manifest");
            }

            content = new byte[length];
            if (file.Read(0, content) < content.Length)
            {
                throw Corrupt(path, "the file ends early");
            }
        }

        return content;
    }

    /// <summary>Writes a manifest and makes it durable.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="key">The data key to seal it under.</param>
    /// <exception cref="StorageFaultException">
    /// The disk refuses; the manifests that were there before are untouched. With NoSpace the new one is not there;
    /// otherwise it may be.
    /// </exception>
    public void Write(ShardManifest manifest, DataKeyId key)
    {
        byte[] content = Seal(manifest, key);
        string temporary = Path.Combine(directory, TemporaryName);
        string path = Path.Combine(directory, NameOf(manifest.Generation));
        try
        {
            using IStorageFile file = files.Open(temporary, StorageFileMode.ExistingOrNew);
            file.SetLength(0);
            file.Write(0, content);
            file.Flush();
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // What was written of it would keep others from the little room that is left.
            files.Delete(temporary);
            throw;
        }

        files.Rename(temporary, path);
        try
        {
            files.SyncDirectory(directory);
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // It has its name, so that the next start would take it: there is no going back to the one before.
            throw new StorageFaultException(StorageFaultKind.Io, fault.File, fault.Place, fault.Message, fault);
        }
    }

    /// <summary>Removes every manifest but the kept ones, and what a crash left of one.</summary>
    public void RemoveAllBut(IReadOnlySet<ulong> kept)
    {
        foreach (string name in files.ListFiles(directory))
        {
            if (name == TemporaryName || (GenerationOf(name) is { } generation && !kept.Contains(generation)))
            {
                files.Delete(Path.Combine(directory, name));
            }
        }
    }

    private static ulong? GenerationOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && ulong.TryParse(
            name.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong generation)
        && NameOf(generation) == name
            ? generation
            : null;

    private static StorageFaultException Corrupt(string path, string detail) =>
        new(StorageFaultKind.Corrupt, path, "manifest", detail);

    private byte[] Seal(ShardManifest manifest, DataKeyId key)
    {
        byte[] clear = ShardManifestCodec.Encode(manifest);
        byte[] content = new byte[HeaderBytes + clear.Length + TagBytes];
        Span<byte> header = content.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], ShardManifest.FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], shard.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], manifest.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], key.Value);
        random.Fill(header[32..]);
        using AesGcm? aead = CipherOf(key, header[32..]);
        if (aead is null)
        {
            throw new StorageFaultException(
                StorageFaultKind.Corrupt, directory, "manifest", $"data key {key} is not known here");
        }

        // The key is made for this one file by its random salt, so that one nonce does.
        aead.Encrypt(
            stackalloc byte[12], clear, content.AsSpan(HeaderBytes, clear.Length),
            content.AsSpan(HeaderBytes + clear.Length), header);
        CryptographicOperations.ZeroMemory(clear);
        return content;
    }

    private (ShardManifest Manifest, DataKeyId Key) Open(string path, ulong generation, byte[] content)
    {
        if (content.Length < HeaderBytes + TagBytes)
        {
            throw Corrupt(path, "the file ends early");
        }

        ReadOnlySpan<byte> header = content.AsSpan(0, HeaderBytes);
        if (!header[..8].SequenceEqual(Magic))
        {
            throw Corrupt(path, "this is not a manifest");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != ShardManifest.FormatVersion)
        {
            throw Corrupt(path, $"format version {version} is not known here");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != shard.Value
            || BinaryPrimitives.ReadUInt64LittleEndian(header[16..]) != generation)
        {
            throw Corrupt(path, "this is another manifest than its name says");
        }

        DataKeyId key = new(BinaryPrimitives.ReadUInt32LittleEndian(header[24..]));
        using AesGcm? aead = CipherOf(key, header[32..]);
        if (aead is null)
        {
            throw Corrupt(path, $"data key {key} is not known here");
        }

        byte[] clear = new byte[content.Length - HeaderBytes - TagBytes];
        try
        {
            aead.Decrypt(
                stackalloc byte[12], content.AsSpan(HeaderBytes, clear.Length),
                content.AsSpan(HeaderBytes + clear.Length), clear, header);
            ShardManifest manifest = ShardManifestCodec.Decode(clear);
            return manifest.Generation == generation
                ? (manifest, key)
                : throw Corrupt(path, "this is another manifest than its name says");
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Corrupt(path, "the seal does not match");
        }
        catch (InvalidDataException exception)
        {
            throw Corrupt(path, exception.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private AesGcm? CipherOf(DataKeyId key, ReadOnlySpan<byte> salt)
    {
        Span<byte> context = stackalloc byte[Purpose.Length + 16];
        Purpose.CopyTo(context);
        salt.CopyTo(context[Purpose.Length..]);
        return keys.TryMakeCipher(key, context);
    }
}
