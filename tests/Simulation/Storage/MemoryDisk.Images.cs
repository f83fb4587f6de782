namespace Nacre.Simulation.Tests.Storage;

/// <content>What is done to a disk from outside, unrecorded: images are made, looked at and damaged.</content>
internal sealed partial class MemoryDisk
{
    /// <summary>All files, sorted ordinally.</summary>
    public IReadOnlyList<string> AllFiles
    {
        get
        {
            lock (_lock)
            {
                return [.. _files.Keys];
            }
        }
    }

    /// <summary>A disk as readers see this one now.</summary>
    public MemoryDisk Copy()
    {
        lock (_lock)
        {
            var copy = new MemoryDisk { _lastFile = _lastFile };
            copy._folders.UnionWith(_folders);
            foreach ((string path, MemoryFile file) in _files)
            {
                file.IsShared = true;
                copy._files.Add(path, file.Share());
            }

            return copy;
        }
    }

    /// <summary>Puts a file in place, unrecorded. The bytes are borrowed and never changed.</summary>
    public void Put(string path, byte[] bytes, long length, int number)
    {
        _files[path] = new MemoryFile(number) { Bytes = bytes, Length = length, IsShared = true };
        _lastFile = Math.Max(_lastFile, number);
        PutFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes a folder, unrecorded.</summary>
    public void PutFolder(string folder)
    {
        for (string? path = folder; !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
        {
            _folders.Add(path);
        }
    }

    /// <summary>Removes a file, unrecorded.</summary>
    public void Lose(string path) => _files.Remove(path);

    /// <summary>A file's bytes as readers see them.</summary>
    public ReadOnlySpan<byte> Get(string path) => _files[path].Content;

    /// <summary>Turns a bit, unrecorded.</summary>
    public void FlipBit(string path, long position, int bit)
    {
        MemoryFile file = _files[path];
        file.Own();
        file.Bytes[position] ^= (byte)(1 << bit);
    }
}
