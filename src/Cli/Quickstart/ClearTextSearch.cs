using Nacre.Core.Files;
using Nacre.Storage.Files;

namespace Nacre.Cli.Quickstart;

/// <summary>Looks for texts in every file of a folder, byte for byte.</summary>
internal static class ClearTextSearch
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>What a search went through.</summary>
    /// <param name="Files">Files read.</param>
    /// <param name="Bytes">Bytes read.</param>
    /// <param name="Found">Paths of the files that hold one of the texts.</param>
    public sealed record Outcome(int Files, long Bytes, IReadOnlyList<string> Found);

    /// <summary>Searches a folder with all below it; file names are searched too.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="texts">What must not be there; each shorter than 4 KiB.</param>
    public static Outcome Run(string folder, params IReadOnlyList<byte[]> texts)
    {
        int files = 0;
        long bytes = 0;
        List<string> found = [];
        byte[] buffer = new byte[BufferBytes];
        int overlap = texts.Max(text => text.Length) - 1;
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            bool holds = texts.Any(text => System.Text.Encoding.UTF8.GetBytes(path).AsSpan().IndexOf(text) >= 0);
            if (TryOpen(path) is { } opened)
            {
                using IStorageFile file = opened;
                files++;
                int read;
                for (long place = 0; (read = file.Read(place, buffer)) > 0; place += Math.Max(1, read - overlap))
                {
                    bytes += read;
                    foreach (byte[] text in texts)
                    {
                        holds |= buffer.AsSpan(0, read).IndexOf(text) >= 0;
                    }

                    if (read < buffer.Length)
                    {
                        break;
                    }
                }
            }

            if (holds)
            {
                found.Add(path);
            }
        }

        return new Outcome(files, bytes, found);
    }

    /// <summary>
    /// Opens a file that a server may have locked: the runtime's own files heed that lock, the storage's do not.
    /// Null for a file that was removed since it was listed.
    /// </summary>
    private static IStorageFile? TryOpen(string path)
    {
        try
        {
            return PosixFileSystem.Instance.Open(path, StorageFileMode.ReadOnly);
        }
        catch (StorageFaultException) when (!File.Exists(path))
        {
            return null;
        }
    }
}
