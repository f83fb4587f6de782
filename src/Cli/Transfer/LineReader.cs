using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Nacre.Cli.Transfer;

/// <summary>Cuts a stream into lines, each with its number and place.</summary>
internal static class LineReader
{
    /// <summary>Longer lines are not kept: no item is that long.</summary>
    public const int MaxLineBytes = 16 * 1024 * 1024;

    private const byte LineFeed = (byte)'\n';
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Reads lines; the last needs no line end, and a carriage return before one is not part of the line.</summary>
    /// <param name="stream">Unpacked; placed at a line's beginning.</param>
    /// <param name="lines">Lines before that place.</param>
    /// <param name="offset">Bytes before that place.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Each line with memory of its own.</returns>
    public static async IAsyncEnumerable<Line> ReadAsync(
        Stream stream, long lines, long offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 256 * 1024, leaveOpen: true));
        bool skipping = false;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (rest.PositionOf(LineFeed) is { } end)
                {
                    ReadOnlySequence<byte> line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    offset += line.Length + 1;
                    lines++;
                    yield return skipping ? new Line(lines, offset, default, true) : Make(lines, offset, line);
                    skipping = false;
                }

                if (rest.Length > MaxLineBytes)
                {
                    skipping = true;
                    offset += rest.Length;
                    rest = rest.Slice(rest.End);
                }

                if (read.IsCompleted)
                {
                    if (rest.Length > 0 || skipping)
                    {
                        offset += rest.Length;
                        lines++;
                        yield return skipping ? new Line(lines, offset, default, true) : Make(lines, offset, rest);
                    }

                    break;
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static Line Make(long number, long endOffset, in ReadOnlySequence<byte> text)
    {
        if (text.Length > MaxLineBytes)
        {
            return new Line(number, endOffset, default, true);
        }

        ReadOnlyMemory<byte> bytes = text.ToArray();
        if (number == 1 && bytes.Span.StartsWith(ByteOrderMark))
        {
            bytes = bytes[ByteOrderMark.Length..];
        }

        return new Line(number, endOffset, bytes.TrimEnd("\r "u8), false);
    }
}
