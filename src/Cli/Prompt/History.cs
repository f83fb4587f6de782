using System.Text;
using System.Text.Json;

namespace Nacre.Cli.Prompt;

/// <summary>
/// What was typed before, in this run and in those before it: a file of JSON strings, one a line, that its owner alone may
/// read. A file that cannot be read or written is done without.
/// </summary>
/// <remarks>For one caller at a time; several programs may append to one file.</remarks>
internal sealed class History
{
    /// <summary>Entries that are kept.</summary>
    public const int MaxEntries = 1000;

    /// <summary>Longest entry that is kept, in UTF-16 units.</summary>
    public const int MaxLength = 64 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Invariants:
    // - 0 <= _at <= _entries.Count, where the count stands for what is being typed.
    private readonly List<string> _entries = [];
    private readonly string? _file;
    private string _typing = "";
    private int _at;

    /// <summary>Reads what is there.</summary>
    /// <param name="file">Its path; null: nothing is kept.</param>
    public History(string? file)
    {
        _file = file;
        try
        {
            Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = e.Message;
        }
    }

    /// <summary>Why the file could not be read or written; null while it could.</summary>
    public string? Fault { get; private set; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<string> Entries => _entries;

    /// <summary>Where a user's history is: below the folder for data, by the desktop's convention or the system's.</summary>
    /// <param name="variable">Reads the environment.</param>
    public static string? FileOf(Func<string, string?> variable)
    {
        string? folder = variable("XDG_DATA_HOME") is { Length: > 0 } named
            ? named
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return string.IsNullOrEmpty(folder) ? null : Path.Combine(folder, "nacre", "query-history.jsonl");
    }

    /// <summary>Keeps what was typed, unless it is what was typed last.</summary>
    public void Add(string entry)
    {
        if (entry.Length is 0 or > MaxLength || (_entries.Count > 0 && _entries[^1] == entry))
        {
            return;
        }

        _entries.Add(entry);
        try
        {
            Append(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = e.Message;
        }
    }

    /// <summary>Begins at the newest entry again.</summary>
    public void Rewind() => _at = _entries.Count;

    /// <summary>Goes to the entry before.</summary>
    /// <param name="typed">What stands there now; kept when it is no entry.</param>
    /// <returns>The entry; null at the oldest.</returns>
    public string? Back(string typed)
    {
        if (_at == 0)
        {
            return null;
        }

        if (_at == _entries.Count)
        {
            _typing = typed;
        }

        return _entries[--_at];
    }

    /// <summary>Goes to the entry after, at last to what was being typed.</summary>
    /// <returns>The entry; null when there is none.</returns>
    public string? On() => _at == _entries.Count ? null : ++_at == _entries.Count ? _typing : _entries[_at];

    private void Load()
    {
        if (_file is null || !File.Exists(_file))
        {
            return;
        }

        foreach (string line in File.ReadLines(_file, Encoding.UTF8))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, PromptJson.Default.String) is { Length: > 0 and <= MaxLength } entry)
                {
                    _entries.Add(entry);
                }
            }
            catch (JsonException)
            {
                // Half a line of a program that was killed: the others are good.
            }
        }

        if (_entries.Count > MaxEntries)
        {
            _entries.RemoveRange(0, _entries.Count - MaxEntries);
            Rewrite(_file);
        }
    }

    private void Append(string entry)
    {
        if (_file is null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        using FileStream stream = Open(_file, FileMode.Append);
        stream.Write(LineOf(entry));
    }

    private void Rewrite(string file)
    {
        string next = file + ".new";
        using (FileStream stream = Open(next, FileMode.Create))
        {
            foreach (string entry in _entries)
            {
                stream.Write(LineOf(entry));
            }
        }

        File.Move(next, file, overwrite: true);
    }

    private static byte[] LineOf(string entry) => [.. JsonSerializer.SerializeToUtf8Bytes(entry, PromptJson.Default.String), (byte)'\n'];

    private static FileStream Open(string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (OperatingSystem.IsWindows())
        {
            // Below the user's own folder, which others may not read.
            return new FileStream(file, options);
        }

        options.UnixCreateMode = OwnerOnly;
        var stream = new FileStream(file, options);
        File.SetUnixFileMode(stream.SafeFileHandle, OwnerOnly);
        return stream;
    }
}
