using System.Text;
using Nacre.Core.Hashing;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>A disk that plays a recording: what is surely on it, and what was changed since and not synced.</summary>
internal sealed class DiskModel
{
    // Invariants:
    // - _files and _names are what every power cut leaves; _pending are all later changes, in order;
    // - a file's bytes may be shared with images, and are never changed in place then.
    private readonly Dictionary<int, MemoryFile> _files = [];
    private readonly Dictionary<int, ulong> _hashes = [];
    private readonly SortedDictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<DiskStep> _pending = [];

    /// <summary>Changes that were not synced, in order.</summary>
    public IReadOnlyList<DiskStep> Pending => _pending;

    /// <summary>Plays one step.</summary>
    public void Advance(DiskStep step)
    {
        switch (step.Kind)
        {
            case DiskStepKind.Marker:
                return;
            case DiskStepKind.CreateDirectory:
                for (string? path = step.Path; !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
                {
                    _folders.Add(path);
                }

                return;
            case DiskStepKind.Flush:
                Settle(pending => pending.File == step.File && pending.Kind is DiskStepKind.Write or DiskStepKind.SetLength);
                return;
            case DiskStepKind.SyncDirectory:
                Settle(pending => Touches(pending, step.Path));
                return;
            default:
                _pending.Add(step);
                return;
        }
    }

    /// <summary>The disk after a power cut here, and a hash of all that is on it.</summary>
    public (MemoryDisk Disk, ulong Hash) Image(DiskCut cut)
    {
        var names = new SortedDictionary<string, int>(_names, StringComparer.Ordinal);
        var folders = new SortedSet<string>(_folders, StringComparer.Ordinal);
        var changed = new Dictionary<int, MemoryFile>();
        for (int at = 0; at < _pending.Count; at++)
        {
            DiskStep step = _pending[at];
            if (at == cut.Torn)
            {
                Tear(FileOf(changed, step.File), step, cut);
            }
            else if (cut.Kept[at])
            {
                Apply(step, names, folders, file => FileOf(changed, file));
            }
        }

        var disk = new MemoryDisk();
        ulong hash = 0;
        foreach (string folder in folders)
        {
            disk.PutFolder(folder);
            hash = Mixing.Of(hash, Mixing.Of(Encoding.UTF8.GetBytes(folder)));
        }

        foreach ((string path, int number) in names)
        {
            bool isChanged = changed.TryGetValue(number, out MemoryFile? file);
            file ??= _files.GetValueOrDefault(number) ?? new MemoryFile(number);
            file.IsShared = true;
            disk.Put(path, file.Bytes, file.Length, number);
            hash = Mixing.Of(Mixing.Of(hash, Mixing.Of(Encoding.UTF8.GetBytes(path))), isChanged ? HashOf(file) : DurableHashOf(number, file));
        }

        return (disk, hash);
    }

    private static ulong HashOf(MemoryFile file) => Murmur3.Hash128(file.Content, (ulong)file.Length).First;

    private static bool Touches(DiskStep step, string folder) => step.Kind switch
    {
        DiskStepKind.Entries => step.Entries!.Any(entry => Path.GetDirectoryName(entry.Path) == folder),
        DiskStepKind.DeleteDirectory => Path.GetDirectoryName(step.Path) == folder,
        _ => false,
    };

    private static void Apply(DiskStep step, SortedDictionary<string, int> names, SortedSet<string> folders, Func<int, MemoryFile> fileOf)
    {
        switch (step.Kind)
        {
            case DiskStepKind.Write:
                fileOf(step.File).Restore(step.Position, step.Bytes, step.End);
                break;
            case DiskStepKind.SetLength:
                fileOf(step.File).SetLength(step.Position);
                break;
            case DiskStepKind.DeleteDirectory:
                string prefix = step.Path + "/";
                folders.RemoveWhere(path => path == step.Path || path.StartsWith(prefix, StringComparison.Ordinal));
                break;
            default:
                foreach ((string path, int file) in step.Entries!)
                {
                    if (file == 0)
                    {
                        names.Remove(path);
                    }
                    else
                    {
                        names[path] = file;
                    }
                }

                break;
        }
    }

    /// <summary>Some of a write's sectors arrive, in any order; the file is as long as the write made it.</summary>
    private static void Tear(MemoryFile file, DiskStep step, DiskCut cut)
    {
        var random = new SeededRandom(cut.Seed);
        for (int at = 0; at < step.Bytes!.Length; at += cut.Unit)
        {
            if (random.OneIn(2))
            {
                int count = Math.Min(cut.Unit, step.Bytes.Length - at);
                file.Restore(step.Position + at, step.Bytes.AsSpan(at, count), Math.Min(step.End, step.Position + at + count));
            }
        }

        if (file.Length < step.End && random.OneIn(2))
        {
            file.SetLength(step.End);
        }
    }

    private void Settle(Predicate<DiskStep> isSynced)
    {
        foreach (DiskStep step in _pending.Where(step => isSynced(step)))
        {
            Apply(step, _names, _folders, Durable);
        }

        _pending.RemoveAll(isSynced);
    }

    private MemoryFile Durable(int number)
    {
        _hashes.Remove(number);
        if (!_files.TryGetValue(number, out MemoryFile? file))
        {
            _files[number] = file = new MemoryFile(number);
        }

        return file;
    }

    private MemoryFile FileOf(Dictionary<int, MemoryFile> changed, int number)
    {
        if (!changed.TryGetValue(number, out MemoryFile? file))
        {
            changed[number] = file = _files.TryGetValue(number, out MemoryFile? durable) ? durable.Share() : new MemoryFile(number);
            if (durable is not null)
            {
                durable.IsShared = true;
            }
        }

        return file;
    }

    private ulong DurableHashOf(int number, MemoryFile file)
    {
        if (!_hashes.TryGetValue(number, out ulong hash))
        {
            _hashes[number] = hash = HashOf(file);
        }

        return hash;
    }
}
