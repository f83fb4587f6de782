using System.Globalization;
using Nacre.Core.Files;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Storage;
using Nacre.Storage.Documents;

namespace Nacre.Server.DataFolder;

/// <content>Files: how many, which belong to nothing, and how far they are read.</content>
public sealed partial class FolderVerifier
{
    /// <summary>A store's notes are damage after a clean stop: it leaves nothing but what a manifest names.</summary>
    private void AddStoreFindings(IReadOnlyList<StorageFinding> findings) =>
        _findings.AddRange(findings.Select(finding => finding with { IsDamage = finding.IsDamage || IsClean }));

    /// <summary>Two checkpoints are kept once there were two: the older one is what recovery falls back to.</summary>
    private void CheckPair(string directory, int checkpoints, ulong newest, bool isSound)
    {
        if (IsClean && isSound && newest > 1 && checkpoints < 2)
        {
            Damage(directory, "checkpoints", $"checkpoint {newest} is there alone: the one before it is missing");
        }
    }

    /// <summary>Between the first and the last step of an installation a shard's folder is partly what it was and partly the snapshot.</summary>
    private bool IsInstalling(string directory)
    {
        if (!DocumentShards.IsInstalling(directory, _files))
        {
            return false;
        }

        Note(directory, "folder", "a snapshot is taking its place: the next start goes on with that, and it can be checked then");
        return true;
    }

    private void CheckStrays()
    {
        HashSet<string> shards = [.. Enumerable.Range(0, _record!.DataShards + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))];

        // The top folder and that of certificates are the operator's as well: a connection file may lie there.
        Stray(_folder.Directory, files: [.. new[] { _folder.NodeFile, _folder.LockFile, _folder.PeersFile }.Select(path => Path.GetFileName(path))],
            folders: [.. new[] { _folder.Keys, _folder.Tls, _folder.Log, _folder.Shards }.Select(path => Path.GetFileName(path))], isOwn: false);
        Stray(_folder.Tls, files: [OwnCertificates.AuthorityFileName, OwnCertificates.CaCertificateFileName], folders: [], isOwn: false);
        Stray(_folder.Keys, files: [KeyRingFolder.FileName], folders: [], isOwn: true);
        Stray(_folder.Shards, files: [], [.. shards, .. shards.Select(shard => shard + DocumentShards.IncomingSuffix)], isOwn: true);
        Stray(_folder.Log, files: null, folders: [], isOwn: true);
        foreach (string shard in shards)
        {
            Stray(Path.Combine(_folder.Shards, shard), files: null, folders: [], isOwn: true);
        }
    }

    /// <param name="directory">The folder.</param>
    /// <param name="files">What may be in it; null where its own check tells.</param>
    /// <param name="folders">Folders that may be in it.</param>
    /// <param name="isOwn">True where nobody but a node writes.</param>
    private void Stray(string directory, HashSet<string>? files, HashSet<string> folders, bool isOwn)
    {
        IEnumerable<string> strays = _files.ListDirectories(directory).Where(name => !folders.Contains(name));
        if (files is not null)
        {
            strays = strays.Concat(_files.ListFiles(directory).Where(name => !files.Contains(name)));
        }

        foreach (string name in strays)
        {
            _findings.Add(new StorageFinding(isOwn && IsClean, Path.Combine(directory, name), "file", "belongs to nothing: no node reads it"));
        }
    }

    private void Count(string directory)
    {
        _fileCount += _files.ListFiles(directory).Count;
        _bytes += SizeOf(directory);
        foreach (string name in _files.ListDirectories(directory))
        {
            Count(Path.Combine(directory, name));
        }
    }

    private long SizeOf(string directory)
    {
        long bytes = 0;
        foreach (string name in _files.ListFiles(directory))
        {
            using IStorageFile file = _files.Open(Path.Combine(directory, name), StorageFileMode.ReadOnly);
            bytes += file.Length;
        }

        return bytes;
    }

    private void Damage(string file, string place, string what) => _findings.Add(new StorageFinding(true, file, place, what));

    private void Note(string file, string place, string what) => _findings.Add(new StorageFinding(false, file, place, what));

    private void Begin(string stage, long bytes)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        _stage = stage;
        _stageBytes = bytes;
        Volatile.Write(ref _stageRead, 0);
        _progress?.Report(new FolderProgress(stage, 0));
    }

    private void TellDocuments(string stage, double fraction)
    {
        // From here on bytes say nothing: documents are read by their order.
        _stageBytes = 0;
        _progress?.Report(new FolderProgress(stage, fraction));
    }

    private void TellRead(int bytes)
    {
        long read = Interlocked.Add(ref _stageRead, bytes);
        if (_stageBytes > 0)
        {
            _progress?.Report(new FolderProgress(_stage, Math.Min(1, (double)read / _stageBytes)));
        }
    }
}
