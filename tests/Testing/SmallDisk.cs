using System.Diagnostics;
using System.Globalization;

namespace Nacre.Testing;

/// <summary>A real file system of a few megabytes, that a test may fill up.</summary>
/// <remarks>Mounting takes root.</remarks>
public sealed class SmallDisk : IDisposable
{
    private const int StepBytes = 64 << 10;

    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Mounts one.</summary>
    /// <param name="bytes">Its size.</param>
    /// <exception cref="FaultUnavailableException">Mounting is not allowed here.</exception>
    public static SmallDisk Mount(long bytes)
    {
        string folder = Directory.CreateTempSubdirectory("nacre-small-disk-").FullName;
        string size = string.Create(CultureInfo.InvariantCulture, $"size={bytes}");
        if (!TryRun("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder))
        {
            Directory.Delete(folder);
            throw new FaultUnavailableException("Mounting a small disk takes root.");
        }

        return new SmallDisk(folder);
    }

    /// <summary>Takes all space that is left.</summary>
    public void FillUp()
    {
        byte[] step = new byte[StepBytes];
        using FileStream ballast = new(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                ballast.Write(step);
            }
        }
        catch (IOException)
        {
            // Full, as it was to be.
        }
    }

    /// <summary>Gives the space back.</summary>
    public void MakeRoom() => File.Delete(Ballast);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!TryRun("umount", Folder))
        {
            throw new InvalidOperationException($"{Folder} cannot be unmounted: something in it is still open.");
        }

        Directory.Delete(Folder);
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        using Process run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        run.StandardError.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0;
    }
}
