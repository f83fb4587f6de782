using Nacre.Core.Files;

namespace Nacre.Security;

/// <summary>Whole small files, replaced so that a crash leaves the old one or the new one, never a mixture.</summary>
internal static class AtomicFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">A file that is there.</param>
    /// <param name="maxBytes">Longer files give null: they are not what the caller looks for.</param>
    public static byte[]? Read(IFileSystem files, string path, int maxBytes)
    {
        using IStorageFile file = files.Open(path, StorageFileMode.ReadOnly);
        long length = file.Length;
        if (length > maxBytes)
        {
            return null;
        }

        byte[] content = new byte[length];
        int read = file.Read(0, content);
        return read == content.Length ? content : content[..read];
    }

    /// <summary>Replaces a file, or makes it with mode 0600; durable on return. Throws <see cref="StorageFaultException"/>.</summary>
    public static void Replace(IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        string next = path + ".new";
        files.Delete(next);
        using (IStorageFile file = files.Open(next, StorageFileMode.New))
        {
            file.Write(0, content);
            file.Flush();
        }

        files.Rename(next, path);
        files.SyncDirectory(DirectoryOf(path));
    }

    /// <summary>The folder that a file lies in.</summary>
    public static string DirectoryOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
}
