using System.Collections.Immutable;
using Nacre.Core.Files;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Snapshots;

/// <summary>A shard's folder and the staging folder beside it, from which a snapshot takes the shard folder's place.</summary>
/// <remarks>One thread at a time, and <see cref="FinishInstall"/> only while nobody has the shard's folder open.</remarks>
internal sealed class SnapshotFolder(string folder, IFileSystem files)
{
    // Invariants:
    // - until the install file has its name, the shard's folder is as it was; from then on only the snapshot can be had
    //   of it, and every start goes on with that, until the install file stands in the shard's folder;
    // - a file of the snapshot is in one of the two folders; while it is in staging, one of that name in the other is old.

    /// <summary>What the staging folder's name has behind that of the shard's folder.</summary>
    public const string StagingSuffix = ".incoming";

    private readonly string _folder = folder;
    private readonly IFileSystem _files = files;

    /// <summary>The staging folder.</summary>
    public string Staging => _folder + StagingSuffix;

    /// <summary>Where the log is to be set; null when no snapshot was put in place, or the log was set to it.</summary>
    /// <exception cref="StorageFaultException">The file that says so is damaged.</exception>
    public SnapshotPoint? PendingReset
    {
        get
        {
            string path = Path.Combine(_folder, SnapshotFiles.ResetName);
            return SnapshotFiles.TryRead(_files, path) is { } bytes ? SnapshotFiles.ReadInstall(path, bytes).Point : null;
        }
    }

    /// <summary>True when staging holds something that is on its way to the shard's folder.</summary>
    public bool IsInstalling => _files.FileExists(Path.Combine(Staging, SnapshotFiles.InstallName));

    /// <summary>The log is set: forgets where to.</summary>
    public void ResetDone()
    {
        _files.Delete(Path.Combine(_folder, SnapshotFiles.ResetName));
        _files.SyncDirectory(_folder);
    }

    /// <summary>Puts what is in staging in the shard folder's place.</summary>
    public void Install(SnapshotPoint point, ImmutableArray<SnapshotFile> snapshot)
    {
        SnapshotFiles.Replace(_files, Staging, SnapshotFiles.InstallName, SnapshotFiles.WriteInstall(point, snapshot.Select(file => file.Name)));
        FinishInstall();
    }

    /// <summary>Goes on with an installation where a crash, or a fault of the disk, cut it off; every start begins with it.</summary>
    public void FinishInstall()
    {
        string marker = Path.Combine(Staging, SnapshotFiles.InstallName);
        if (SnapshotFiles.TryRead(_files, marker) is not { } bytes)
        {
            return;
        }

        ImmutableArray<string> names = SnapshotFiles.ReadInstall(marker, bytes).Names;
        _files.Delete(Path.Combine(Staging, SnapshotFiles.TransferName));
        _files.CreateDirectory(_folder);
        var wanted = new HashSet<string>(names, StringComparer.Ordinal);
        foreach (string name in _files.ListFiles(_folder).Where(name => !wanted.Contains(name)))
        {
            _files.Delete(Path.Combine(_folder, name));
        }

        foreach (string name in _files.ListFiles(Staging).Where(wanted.Contains))
        {
            _files.Rename(Path.Combine(Staging, name), Path.Combine(_folder, name));
        }

        SyncBoth();

        // Everything is there: from here on the shard's folder is the snapshot.
        _files.Rename(marker, Path.Combine(_folder, SnapshotFiles.ResetName));
        SyncBoth();
        _files.DeleteDirectory(Staging);
    }

    /// <summary>Removes staging, unless a transfer could go on there.</summary>
    public void Clear()
    {
        if (!IsInstalling && !_files.FileExists(Path.Combine(Staging, SnapshotFiles.TransferName)))
        {
            _files.DeleteDirectory(Staging);
        }
    }

    private void SyncBoth()
    {
        // First where files arrive: one that stands in both folders is moved again, one that stands in none is lost.
        _files.SyncDirectory(_folder);
        _files.SyncDirectory(Staging);
    }
}
