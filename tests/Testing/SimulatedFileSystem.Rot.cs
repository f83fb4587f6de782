namespace Nacre.Testing;

/// <content>Stored bytes that change by themselves, and a look at what is stored.</content>
public sealed partial class SimulatedFileSystem
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

    /// <summary>A file's bytes as a reader sees them.</summary>
    public byte[] Get(string path)
    {
        lock (_lock)
        {
            return _files[path].Content.ToArray();
        }
    }

    /// <summary>Puts a whole file in place, durably: an older copy, or a made-up one.</summary>
    public void Put(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out SimulatedInode? inode))
            {
                _files[path] = _durableFiles[path] = inode = new SimulatedInode();
                _directories.Add(DirectoryOf(path));
                _durableDirectories.Add(DirectoryOf(path));
            }

            inode.Put(content);
        }
    }

    /// <summary>Removes a file, durably.</summary>
    public void Lose(string path)
    {
        lock (_lock)
        {
            _files.Remove(path);
            _durableFiles.Remove(path);
        }
    }

    /// <summary>Turns one bit of a stored file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">Byte offset.</param>
    /// <param name="bit">0 to 7.</param>
    public void FlipBit(string path, long position, int bit) =>
        Change(path, content => content[position] ^= (byte)(1 << bit));

    /// <summary>Exchanges two blocks of a stored file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="first">Offset of the one.</param>
    /// <param name="second">Offset of the other; both blocks lie within the file.</param>
    /// <param name="blockBytes">Their size.</param>
    public void SwapBlocks(string path, long first, long second, int blockBytes) => Change(path, content =>
    {
        byte[] kept = content.AsSpan((int)first, blockBytes).ToArray();
        content.AsSpan((int)second, blockBytes).CopyTo(content.AsSpan((int)first));
        kept.CopyTo(content, (int)second);
    });

    /// <summary>Cuts a stored file short.</summary>
    public void Cut(string path, long length) => Put(path, Get(path).AsSpan(0, (int)length));

    /// <summary>
    /// The first file that holds these bytes: as a reader sees it, as the disk surely has it, or within one sector of
    /// what is in between. Null when none does.
    /// </summary>
    public string? FindBytes(ReadOnlySpan<byte> marker)
    {
        lock (_lock)
        {
            foreach ((string path, SimulatedInode inode) in _files.Concat(_durableFiles))
            {
                foreach (byte[] image in inode.Images())
                {
                    if (image.AsSpan().IndexOf(marker) >= 0)
                    {
                        return path;
                    }
                }
            }

            return null;
        }
    }

    private void Change(string path, Action<byte[]> change)
    {
        byte[] content = Get(path);
        change(content);
        Put(path, content);
    }
}
