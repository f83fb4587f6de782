using Nacre.Core.Errors;
using Nacre.Core.Files;

namespace Nacre.Server.DataFolder;

/// <summary>The places in a data folder, and its file <c>node</c>, which is replaced whole so that a crash leaves the old or the new one.</summary>
/// <param name="files">The file system.</param>
/// <param name="directory">The data folder.</param>
/// <remarks>Used by one thread. Methods throw <see cref="StorageFaultException"/> when the disk refuses.</remarks>
public sealed class NodeFolder(IFileSystem files, string directory)
{
    /// <summary>The data folder.</summary>
    public string Directory { get; } = directory;

    /// <summary>The folder of the key ring.</summary>
    public string Keys => Path.Combine(Directory, "keys");

    /// <summary>The folder of certificates.</summary>
    public string Tls => Path.Combine(Directory, "tls");

    /// <summary>The folder of the shared log.</summary>
    public string Log => Path.Combine(Directory, "log");

    /// <summary>The folder of the shards' stores.</summary>
    public string Shards => Path.Combine(Directory, "shards");

    /// <summary>The file that says where the other nodes were reached last.</summary>
    public string PeersFile => Path.Combine(Directory, "peers");

    /// <summary>The file that says how far the others' disks were seen to have come.</summary>
    public string RememberedFile => Path.Combine(Directory, "remembered");

    /// <summary>The file whose lock says that a node has the folder open.</summary>
    public string LockFile => Path.Combine(Directory, "lock");

    /// <summary>The file that says whose folder it is and how it was last closed.</summary>
    public string NodeFile => Path.Combine(Directory, "node");

    /// <summary>Reads the node file.</summary>
    /// <returns>Errors: <see cref="ErrorCode.NotFound"/> in a folder that never was a node's, <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<NodeRecord> Read()
    {
        if (!files.FileExists(NodeFile))
        {
            return new NacreError(ErrorCode.NotFound, $"{NodeFile} is not there: this is no data folder.");
        }

        using IStorageFile file = files.Open(NodeFile, StorageFileMode.Existing);
        byte[] content = new byte[Math.Min(file.Length, NodeRecordCodec.MaxFileBytes + 1)];
        int read = file.Read(0, content);
        Result<NodeRecord> record = NodeRecordCodec.Decode(content.AsSpan(0, read));
        return record.IsOk ? record : record.Error with { Message = $"{record.Error.Message} ({NodeFile})" };
    }

    /// <summary>Replaces the node file; durable on return.</summary>
    public void Write(NodeRecord record)
    {
        string next = NodeFile + ".new";
        files.Delete(next);
        using (IStorageFile file = files.Open(next, StorageFileMode.New))
        {
            file.Write(0, NodeRecordCodec.Encode(record));
            file.Flush();
        }

        files.Rename(next, NodeFile);
        files.SyncDirectory(Directory);
    }

    /// <summary>Removes what an interrupted first start left behind; nothing of it was ever acknowledged.</summary>
    public void RemoveUnfinished()
    {
        foreach (string folder in (ReadOnlySpan<string>)[Keys, Tls, Log, Shards])
        {
            files.DeleteDirectory(folder);
        }

        files.SyncDirectory(Directory);
    }
}
