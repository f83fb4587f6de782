using System.Globalization;
using Nacre.Core.Errors;

namespace Nacre.Server.DataFolder;

/// <summary>Keeps a second node out of a data folder: an exclusive advisory lock that the kernel drops with the process.</summary>
/// <remarks>Disposal gives the folder free; the file stays.</remarks>
public sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, and writes this process's id into the file for whoever finds it taken.</summary>
    /// <param name="path">The lock file.</param>
    /// <returns>Error: <see cref="ErrorCode.Unavailable"/> when another process has the folder open.</returns>
    public static Result<FolderLock> Take(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return new NacreError(ErrorCode.Unavailable, $"Another process has this data folder open ({path}).");
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return new FolderLock(file);
    }

    /// <summary>Takes the lock of a folder that is only looked at, and writes nothing.</summary>
    /// <param name="path">The lock file.</param>
    /// <returns>
    /// The lock; null where there is no lock file, as in a copy. Error: <see cref="ErrorCode.Unavailable"/> when another
    /// process has the folder open.
    /// </returns>
    public static Result<FolderLock?> TakeReadOnly(string path)
    {
        if (!File.Exists(path))
        {
            return (FolderLock?)null;
        }

        try
        {
            return new FolderLock(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return new NacreError(ErrorCode.Unavailable, $"Another process has this data folder open ({path}): stop the server first.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
