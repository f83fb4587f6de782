using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Snapshots;

/// <summary>The two small files of a snapshot that is received. Layout in <c>docs/formats/snapshot.md</c>.</summary>
internal static class SnapshotFiles
{
    /// <summary>In the staging folder: which snapshot, and what of it is there.</summary>
    public const string TransferName = "transfer";

    /// <summary>In the staging folder: its files are to take the shard folder's place.</summary>
    public const string InstallName = "install";

    /// <summary>In the shard's folder: the log is to be set to the snapshot. The same file, moved.</summary>
    public const string ResetName = "snapshot";

    private const ushort FormatVersion = 1;
    private const int MaxBytes = 64 << 20;
    private const int MaxFiles = 1 << 20;

    private static ReadOnlySpan<byte> TransferMagic => "NACRETRF"u8;

    private static ReadOnlySpan<byte> InstallMagic => "NACREINS"u8;

    /// <summary>Whether a name can be that of a snapshot's file: one plain name that means nothing else here.</summary>
    public static bool IsFileName(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterLower(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.')
        && !name.EndsWith(".new", StringComparison.Ordinal)
        && name is not (TransferName or InstallName or ResetName);

    /// <summary>Encodes a transfer's state.</summary>
    public static byte[] WriteTransfer(SnapshotManifest manifest, ReadOnlySpan<long> received)
    {
        CommandWriter writer = Begin(TransferMagic)
            .WriteUInt128(manifest.Id)
            .WriteUInt32(manifest.Shard.Value)
            .WriteUInt64(manifest.Index.Value)
            .WriteUInt64(manifest.Set?.Index.Value ?? 0)
            .WriteBytes(manifest.Set is { } logged ? ReplicaSetCodec.Encode(logged.Set) : default)
            .WriteUInt64(manifest.RunningHash)
            .WriteUInt32((uint)manifest.Files.Length);
        for (int at = 0; at < received.Length; at++)
        {
            writer.WriteText(manifest.Files[at].Name)
                .WriteUInt64((ulong)manifest.Files[at].Length)
                .WriteUInt64((ulong)received[at]);
        }

        return End(writer);
    }

    /// <summary>True when a transfer's state is that of this snapshot; then what is there of each file.</summary>
    public static bool TryReadTransfer(ReadOnlySpan<byte> bytes, SnapshotManifest manifest, out long[] received)
    {
        received = new long[manifest.Files.Length];
        if (!TryBegin(bytes, TransferMagic, out CommandReader reader))
        {
            return false;
        }

        // All but what was received must be what would be written for this manifest.
        byte[] expected = WriteTransfer(manifest, received);
        if (expected.Length != bytes.Length)
        {
            return false;
        }

        reader.ReadRaw(16 + 4 + 8 + 8);
        reader.ReadBytes();
        reader.ReadRaw(8 + 4);
        for (int at = 0; at < received.Length; at++)
        {
            reader.ReadBytes();
            reader.ReadUInt64();
            received[at] = (long)reader.ReadUInt64();
            if (received[at] < 0 || received[at] > manifest.Files[at].Length)
            {
                return false;
            }
        }

        return reader.IsAtEnd && WriteTransfer(manifest, received).AsSpan().SequenceEqual(bytes);
    }

    /// <summary>Encodes what is to be installed.</summary>
    public static byte[] WriteInstall(SnapshotPoint point, IEnumerable<string> names)
    {
        string[] all = [.. names];
        CommandWriter writer = Begin(InstallMagic)
            .WriteUInt64(point.Index.Value).WriteUInt64(point.Term.Value).WriteUInt32((uint)all.Length);
        foreach (string name in all)
        {
            writer.WriteText(name);
        }

        return End(writer);
    }

    /// <summary>Reads what is to be installed, or was.</summary>
    /// <exception cref="StorageFaultException">The file is damaged.</exception>
    public static (SnapshotPoint Point, ImmutableArray<string> Names) ReadInstall(string path, ReadOnlySpan<byte> bytes)
    {
        if (TryBegin(bytes, InstallMagic, out CommandReader reader))
        {
            var point = new SnapshotPoint(new LogIndex(reader.ReadUInt64()), new Term(reader.ReadUInt64()));
            uint count = reader.ReadUInt32();
            ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
            for (; count > 0 && !reader.Failed; count--)
            {
                names.Add(Encoding.UTF8.GetString(reader.ReadBytes()));
            }

            if (reader.IsAtEnd && names.All(IsFileName))
            {
                return (point, names.ToImmutable());
            }
        }

        throw new StorageFaultException(
            StorageFaultKind.Corrupt, path, "file", "It does not say which snapshot was put in place; the replica must be rebuilt under a new id");
    }

    /// <summary>What is wrong with a manifest that was received; null for nothing.</summary>
    public static NacreError? Check(SnapshotManifest manifest, ShardId shard)
    {
        bool isValid = manifest.Shard == shard && manifest.Index != default
            && !(manifest.Set?.Index > manifest.Index)
            && manifest.Files.Length is > 0 and <= MaxFiles
            && manifest.Files.All(file => file.Length >= 0 && IsFileName(file.Name))
            && manifest.Files.Select(file => file.Name).Distinct(StringComparer.Ordinal).Count() == manifest.Files.Length;
        return isValid ? null : new NacreError(ErrorCode.Corrupt, $"The snapshot that was offered is none of shard {shard}; it is not taken.");
    }

    /// <summary>Reads a small file whole; null when it is not there.</summary>
    public static byte[]? TryRead(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return null;
        }

        using IStorageFile file = files.Open(path, StorageFileMode.ReadOnly);
        byte[] bytes = new byte[Math.Min(file.Length, MaxBytes)];
        return bytes[..file.Read(0, bytes)];
    }

    /// <summary>Puts a small file in its place, whole and durable.</summary>
    public static void Replace(IFileSystem files, string folder, string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        string temporary = path + ".new";
        using (IStorageFile file = files.Open(temporary, StorageFileMode.ExistingOrNew))
        {
            file.SetLength(0);
            file.Write(0, bytes);
            file.Flush();
        }

        files.Rename(temporary, path);
        files.SyncDirectory(folder);
    }

    private static CommandWriter Begin(ReadOnlySpan<byte> magic) =>
        new CommandWriter().WriteRaw(magic).WriteUInt16(FormatVersion).WriteUInt16(0);

    private static byte[] End(CommandWriter writer) => writer.WriteRaw(SHA256.HashData(writer.Written)).ToArray();

    private static bool TryBegin(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, out CommandReader reader)
    {
        reader = default;
        int length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < magic.Length || !SHA256.HashData(bytes[..length]).AsSpan().SequenceEqual(bytes[length..]))
        {
            return false;
        }

        reader = new CommandReader(bytes[..length]);
        return reader.ReadRaw(magic.Length).SequenceEqual(magic) && reader.ReadUInt16() == FormatVersion && reader.ReadUInt16() == 0;
    }
}
