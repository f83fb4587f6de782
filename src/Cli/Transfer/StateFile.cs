using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Cli.Transfer;

/// <summary>A small JSON file that is replaced whole, so that a kill leaves the old state or the new one.</summary>
internal sealed class StateFile<T>(string path, JsonTypeInfo<T> type)
    where T : class
{
    public string Path => path;

    /// <summary>Reads the state; null when there is none.</summary>
    /// <exception cref="CliException">The file is there and cannot be read as a state.</exception>
    public T? Load()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (JsonException)
        {
            throw CliException.Usage($"'{path}' is not the state of an interrupted transfer. Remove it, or name another with --state.");
        }
    }

    /// <summary>Replaces the state.</summary>
    public void Save(T state)
    {
        string next = path + ".tmp";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, state, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>Removes the state.</summary>
    public void Delete() => File.Delete(path);
}
