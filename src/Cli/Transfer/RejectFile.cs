using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Nacre.Cli.Transfer;

/// <summary>Keeps the lines that did not go in. Made with the first of them.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class RejectFile(string path) : IDisposable
{
    private FileStream? _file;

    public string Path => path;

    /// <summary>Keeps a line.</summary>
    public void Add(in Line line, string code, string message)
    {
        bool isText = Utf8.IsValid(line.Bytes.Span);
        var reject = new Reject(
            line.Number,
            code,
            message,
            isText && !line.IsTooLong ? Encoding.UTF8.GetString(line.Bytes.Span) : null,
            isText ? null : line.Bytes.ToArray());
        _file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        JsonSerializer.Serialize(_file, reject, TransferJson.Plain.Reject);
        _file.Write("\n"u8);
    }

    /// <summary>Writes through to the disk.</summary>
    public void Flush() => _file?.Flush(flushToDisk: true);

    public void Dispose() => _file?.Dispose();
}
