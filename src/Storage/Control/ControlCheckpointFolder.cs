using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;

namespace Nacre.Storage.Control;

/// <summary>
/// The control shard's checkpoint files: each is the whole catalogue under AES-256-GCM with a key of its own, written
/// beside its place, flushed, renamed, and made durable with the folder.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ControlCheckpointFolder(string folder, IFileSystem files, IDataKeys keys, IRandomSource random)
{
    // Invariants:
    // - a file under its final name was whole and flushed before it got that name;
    // - a key seals one file only: it is derived with a salt drawn for that file, so that a fixed nonce serves.

    private const string Prefix = "control-";
    private const string Suffix = ".ckpt";
    private const string TemporaryName = "control.tmp";
    private const int TagBytes = DataKeyCiphers.TagBytes;
    private const int PayloadAt = ControlCheckpointHeader.SizeBytes + TagBytes;
    private const int MaxPayloadBytes = 1 << 30;

    /// <summary>Generations of the files that are there, newest first.</summary>
    public IReadOnlyList<ulong> Generations() =>
        [.. files.ListFiles(folder).Select(GenerationOf).OfType<ulong>().OrderDescending()];

    /// <summary>Writes a checkpoint; durable when it returns.</summary>
    /// <returns>What was written. Throws <see cref="StorageFaultException"/>.</returns>
    public ControlCheckpoint Write(ulong generation, ControlState state)
    {
        byte[] payload = ControlStateCodec.Encode(state);
        Invariant.Check(payload.Length <= MaxPayloadBytes);
        DataKeyId key = keys.Current(KeyDomainId.Shared);
        byte[] file = new byte[PayloadAt + payload.Length];
        var header = new ControlCheckpointHeader(key, generation, state.Catalog.Applied, (ulong)payload.Length, DrawSalt());
        header.Write(file);
        using (AesGcm? cipher = CipherOf(header))
        {
            Invariant.Check(cipher is not null);
            cipher.Encrypt(
                stackalloc byte[AesGcm.NonceByteSizes.MaxSize], payload, file.AsSpan(PayloadAt),
                file.AsSpan(ControlCheckpointHeader.SizeBytes, TagBytes), file.AsSpan(0, ControlCheckpointHeader.SizeBytes));
        }

        CryptographicOperations.ZeroMemory(payload);
        string temporary = Path.Combine(folder, TemporaryName);
        files.CreateDirectory(folder);
        files.Delete(temporary);
        using (IStorageFile target = files.Open(temporary, StorageFileMode.New))
        {
            target.Write(0, file);
            target.Flush();
        }

        files.Rename(temporary, PathOf(generation));
        files.SyncDirectory(folder);
        return new ControlCheckpoint(generation, state.Catalog.Applied, key);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <returns>
    /// Checkpoint and state; Unsupported for one of a later version. Throws <see cref="StorageFaultException"/> with
    /// file and place for one that fails its check or cannot be read.
    /// </returns>
    public Result<(ControlCheckpoint Checkpoint, ControlState State)> Read(ulong generation)
    {
        string path = PathOf(generation);
        byte[] file = ReadWhole(path);
        if (!ControlCheckpointHeader.TryRead(file, out ushort version, out ControlCheckpointHeader header))
        {
            return version > ControlCheckpointHeader.FormatVersion
                ? new NacreError(ErrorCode.Unsupported, $"{path} has format {version}; this program knows {ControlCheckpointHeader.FormatVersion}.")
                : throw Corrupt(path, "byte 0", "It does not begin as a control checkpoint does");
        }

        if (header.Generation != generation || header.PayloadBytes != (ulong)(file.Length - PayloadAt))
        {
            throw Corrupt(path, "byte 16", "Its header does not fit its name or length");
        }

        using AesGcm? cipher = CipherOf(header);
        if (cipher is null)
        {
            throw Corrupt(path, "byte 12", $"The key ring has no data key {header.Key}, which it is sealed under");
        }

        byte[] payload = new byte[file.Length - PayloadAt];
        try
        {
            cipher.Decrypt(
                stackalloc byte[AesGcm.NonceByteSizes.MaxSize], file.AsSpan(PayloadAt),
                file.AsSpan(ControlCheckpointHeader.SizeBytes, TagBytes), payload, file.AsSpan(0, ControlCheckpointHeader.SizeBytes));
        }
        catch (AuthenticationTagMismatchException cause)
        {
            throw Corrupt(path, $"bytes 0 to {file.Length}", "Its seal does not hold: it was changed or damaged", cause);
        }

        Result<ControlState> state = ControlStateCodec.Decode(payload);
        CryptographicOperations.ZeroMemory(payload);
        if (!state.IsOk)
        {
            return state.Error.Code == ErrorCode.Unsupported ? state.Error : throw Corrupt(path, $"byte {PayloadAt}", state.Error.Message);
        }

        return state.Value.Catalog.Applied == header.Applied
            ? (new ControlCheckpoint(generation, header.Applied, header.Key), state.Value)
            : throw Corrupt(path, "byte 24", "Header and content name different entries");
    }

    /// <summary>Reads a checkpoint's file as it is, sealed; at least a header long.</summary>
    public byte[] ReadSealed(ulong generation) => ReadWhole(PathOf(generation));

    /// <summary>Removes a checkpoint.</summary>
    public void Delete(ulong generation) => files.Delete(PathOf(generation));

    /// <summary>The file of a checkpoint.</summary>
    public string PathOf(ulong generation) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{generation:x16}{Suffix}"));

    private static ulong? GenerationOf(string name) =>
        name.Length == Prefix.Length + 16 + Suffix.Length &&
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) &&
        ulong.TryParse(name.AsSpan(Prefix.Length, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong generation)
            ? generation
            : null;

    private byte[] ReadWhole(string path)
    {
        using IStorageFile file = files.Open(path, StorageFileMode.Existing);
        long length = file.Length;
        if (length is < PayloadAt or > PayloadAt + MaxPayloadBytes)
        {
            throw Corrupt(path, $"byte {length}", "It is too short, or too long, for a control checkpoint");
        }

        byte[] bytes = new byte[length];
        return file.Read(0, bytes) == length ? bytes : throw Corrupt(path, $"byte {length}", "It ends early");
    }

    private UInt128 DrawSalt()
    {
        Span<byte> salt = stackalloc byte[16];
        random.Fill(salt);
        return BinaryPrimitives.ReadUInt128BigEndian(salt);
    }

    private AesGcm? CipherOf(in ControlCheckpointHeader header)
    {
        ReadOnlySpan<byte> purpose = "nacre control checkpoint"u8;
        Span<byte> context = stackalloc byte[purpose.Length + sizeof(ulong) + 16];
        purpose.CopyTo(context);
        BinaryPrimitives.WriteUInt64LittleEndian(context[purpose.Length..], header.Generation);
        BinaryPrimitives.WriteUInt128BigEndian(context[(purpose.Length + sizeof(ulong))..], header.Salt);
        return keys.TryMakeCipher(header.Key, context);
    }

    private static StorageFaultException Corrupt(string path, string place, string detail, Exception? cause = null) =>
        new(StorageFaultKind.Corrupt, path, place, detail, cause);
}
