using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Core.Errors;
using Nacre.Core.Files;

namespace Nacre.Server.DataFolder;

/// <summary>
/// The file <c>peers</c> of a data folder: where the other nodes were reached last, so that a start finds them before it knows
/// the catalogue. Layout in <c>docs/formats/node.md</c>.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="path">The file.</param>
/// <remarks>Used by one thread at a time. Methods throw <see cref="StorageFaultException"/> when the disk refuses.</remarks>
public sealed class PeersFile(IFileSystem files, string path)
{
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>Reads it.</summary>
    /// <returns>The peers; none where there is no file. Errors: <see cref="ErrorCode.Corrupt"/>.</returns>
    public Result<ImmutableArray<KnownPeer>> Read()
    {
        if (!files.FileExists(path))
        {
            return ImmutableArray<KnownPeer>.Empty;
        }

        using IStorageFile file = files.Open(path, StorageFileMode.Existing);
        byte[] content = new byte[Math.Min(file.Length, MaxFileBytes)];
        int read = file.Read(0, content);
        try
        {
            KnownPeer[]? peers = JsonSerializer.Deserialize(content.AsSpan(0, read), PeersJson.Default.KnownPeerArray);
            if (peers is not null && peers.All(peer => peer is { Node: > 0, Region: > 0, Address.Length: > 0 }))
            {
                return peers.ToImmutableArray();
            }
        }
        catch (JsonException)
        {
            // Answered below, like values that are none.
        }

        return new NacreError(ErrorCode.Corrupt,
            $"{path} is damaged. Write the other nodes into it, as [{{\"node\":2,\"region\":1,\"address\":\"HOST:PORT\"}}], or remove it where another node can reach this one.");
    }

    /// <summary>Replaces it; durable on return.</summary>
    public void Write(IReadOnlyList<KnownPeer> peers)
    {
        string next = path + ".new";
        files.Delete(next);
        using (IStorageFile file = files.Open(next, StorageFileMode.New))
        {
            file.Write(0, JsonSerializer.SerializeToUtf8Bytes([.. peers], PeersJson.Default.KnownPeerArray));
            file.Flush();
        }

        files.Rename(next, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}

/// <summary>Another node, as it was known last.</summary>
/// <param name="Node">Its id.</param>
/// <param name="Region">Its region.</param>
/// <param name="Address"><c>HOST:PORT</c> of its node port.</param>
public sealed record KnownPeer(uint Node, uint Region, string Address);

/// <summary>The JSON of the file of peers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(KnownPeer[]))]
internal sealed partial class PeersJson : JsonSerializerContext;
