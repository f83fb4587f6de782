using System.IO.Compression;
using Nacre.Client;

namespace Nacre.Cli.Transfer;

/// <summary>
/// Writes a container's items to a file, one a line. The state names a place where whole pages end; packed, a gzip
/// member ends there too, and members laid end to end are one gzip file.
/// </summary>
/// <remarks>One run.</remarks>
internal sealed class Exporter(
    Terminal terminal, Container container, ListOptions options, Stream file, bool pack, ExportState start, StateFile<ExportState>? stateFile)
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(2);

    private long _items = start.Items;
    private long _saved = terminal.Time.GetTimestamp();

    /// <summary>Exports until the end of the list.</summary>
    /// <param name="name">The file's name; null for standard output.</param>
    /// <param name="cancellationToken">Stops it; the state of the last save stays.</param>
    public Task<ExportSummary> RunAsync(string? name, CancellationToken cancellationToken) =>
        TransferMeter.RunAsync(terminal, "Exporting", start.Items, isBounded: false, async meter =>
        {
            await WriteAsync(meter, cancellationToken).ConfigureAwait(false);
            return new ExportSummary(
                _items,
                file.CanSeek ? file.Length : 0,
                name,
                start.Items > 0,
                Math.Round(meter.Elapsed.TotalSeconds, 3),
                Math.Round(meter.Rate(_items)));
        });

    private async Task WriteAsync(TransferMeter meter, CancellationToken cancellationToken)
    {
        Stream? member = null;
        try
        {
            ListOptions from = options with { PageSize = 1000, Continuation = start.Continuation.Length == 0 ? null : start.Continuation };
            await foreach (Page<Item<ReadOnlyMemory<byte>>> page in container.ListJson(from).AsPages(cancellationToken).ConfigureAwait(false))
            {
                member ??= pack ? new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true) : file;
                foreach (Item<ReadOnlyMemory<byte>> item in page.Values)
                {
                    await member.WriteAsync(OneLine(item.Value), cancellationToken).ConfigureAwait(false);
                }

                _items += page.Values.Count;
                meter.Update(_items, 0, 0);
                if (page.Continuation is not null && stateFile is not null && terminal.Time.GetElapsedTime(_saved) >= SavePeriod)
                {
                    member = await EndAsync(member).ConfigureAwait(false);
                    Save(page.Continuation);
                }
            }
        }
        finally
        {
            await EndAsync(member).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a gzip member; a plain file goes on.</summary>
    private async Task<Stream?> EndAsync(Stream? member)
    {
        if (member is GZipStream)
        {
            await member.DisposeAsync().ConfigureAwait(false);
            member = null;
        }

        await file.FlushAsync().ConfigureAwait(false);
        return member;
    }

    private void Save(string continuation)
    {
        ((FileStream)file).Flush(flushToDisk: true);
        stateFile!.Save(start with { Continuation = continuation, Bytes = file.Length, Items = _items });
        _saved = terminal.Time.GetTimestamp();
    }

    /// <summary>A document with its line end. Line ends within it can only be white space between its parts.</summary>
    private static byte[] OneLine(ReadOnlyMemory<byte> json)
    {
        byte[] line = new byte[json.Length + 1];
        json.Span.CopyTo(line);
        Span<byte> text = line.AsSpan(0, json.Length);
        text.Replace((byte)'\n', (byte)' ');
        text.Replace((byte)'\r', (byte)' ');
        line[^1] = (byte)'\n';
        return line;
    }
}
