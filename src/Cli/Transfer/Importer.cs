using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nacre.Client;

namespace Nacre.Cli.Transfer;

/// <summary>
/// Writes a file's lines into a container. Results come in the order of the lines, so what is done is always a prefix of
/// the file; the state file says how long it is.
/// </summary>
/// <remarks>One run.</remarks>
internal sealed class Importer(
    Terminal terminal,
    Container container,
    SourceFile source,
    ImportState begin,
    StateFile<ImportState>? stateFile,
    RejectFile rejects,
    BulkMode mode)
{
    // Invariants:
    // - _taken holds the lines that were read and whose result was not seen yet, in order. The bulk write reads the file
    //   on another thread while results are seen: one side puts in, the other takes out, and nothing else is shared.
    // - _state's place is behind the last line whose result was seen; its rejects are on the disk before it is.
    private const int MaxReported = 100;
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Line> _taken = new();
    private readonly ImportState _start = begin;
    private ImportState _state = begin;
    private long _saved = terminal.Time.GetTimestamp();

    /// <summary>Imports until the end of the file, or until something stops it: then the state is kept.</summary>
    public Task<ImportSummary> RunAsync(CancellationToken cancellationToken) =>
        TransferMeter.RunAsync(terminal, "Importing", _start.Written, isBounded: source.Path is not null, meter => RunAsync(meter, cancellationToken));

    private async Task<ImportSummary> RunAsync(TransferMeter meter, CancellationToken cancellationToken)
    {
        try
        {
            IAsyncEnumerable<BulkResult> results = container.Bulk.WriteJsonAsync(
                TakeAsync(cancellationToken), new BulkOptions { Mode = mode }, cancellationToken);
            await foreach (BulkResult result in results.ConfigureAwait(false))
            {
                PassUnsent();
                See(TakeOut(), result.Error);
                meter.Update(_state.Written, _state.Rejected, source.Fraction);
                SaveNowAndThen();
            }

            PassUnsent();
        }
        catch
        {
            Save();
            throw;
        }

        stateFile?.Delete();
        rejects.Flush();
        return new ImportSummary(
            _state.Lines,
            _state.Written,
            _state.Rejected,
            _state.Rejected > 0 ? rejects.Path : null,
            _start.Lines > 0,
            Math.Round(meter.Elapsed.TotalSeconds, 3),
            Math.Round(meter.Rate(_state.Written)));
    }

    /// <summary>Gives what is to be sent, and remembers it with what is not.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> TakeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<Line> lines = LineReader.ReadAsync(source.Unpacked, _start.Lines, _start.Offset, cancellationToken);
        await foreach (Line line in lines.ConfigureAwait(false))
        {
            _taken.Enqueue(line);
            if (!IsUnsent(line))
            {
                yield return line.Bytes;
            }
        }
    }

    private static bool IsUnsent(in Line line) => line.Bytes.IsEmpty;

    /// <summary>Sees to blank and overlong lines at the head: they have no result to wait for.</summary>
    private void PassUnsent()
    {
        while (_taken.TryPeek(out Line line) && IsUnsent(line))
        {
            TakeOut();
            if (line.IsTooLong)
            {
                KeepReject(line, nameof(NacreErrorCode.TooLarge), $"The line is longer than {LineReader.MaxLineBytes} bytes.");
            }

            Pass(line);
        }
    }

    private Line TakeOut() =>
        _taken.TryDequeue(out Line line) ? line : throw new InvalidOperationException("A result came for a line that was not read.");

    private void See(in Line line, NacreException? error)
    {
        if (error is null)
        {
            _state = _state with { Written = _state.Written + 1 };
        }
        else if (IsOfTheLine(error.Code))
        {
            KeepReject(line, error.Code.ToString(), error.Message);
        }
        else
        {
            throw new CliException(
                ErrorAdvice.ExitCodeOf(error.Code),
                $"Stopped at line {line.Number}. {ErrorAdvice.Describe(error)}{(stateFile is null ? "" : " The same command goes on from there.")}");
        }

        Pass(line);
    }

    private void Pass(in Line line) => _state = _state with { Lines = line.Number, Offset = line.EndOffset };

    /// <summary>True for a refusal that another line need not share.</summary>
    private static bool IsOfTheLine(NacreErrorCode code) => code is
        NacreErrorCode.Malformed or NacreErrorCode.TooLarge or NacreErrorCode.PartitionKeyMismatch or
        NacreErrorCode.AlreadyExists or NacreErrorCode.PreconditionFailed;

    private void KeepReject(in Line line, string code, string message)
    {
        rejects.Add(line, code, message);
        _state = _state with { Rejected = _state.Rejected + 1 };
        long reported = _state.Rejected - _start.Rejected;
        if (reported <= MaxReported)
        {
            terminal.Error.WriteLine($"line {line.Number}: {code}: {message}");
        }
        else if (reported == MaxReported + 1)
        {
            terminal.Error.WriteLine($"Further lines are reported in '{rejects.Path}' alone.");
        }
    }

    private void SaveNowAndThen()
    {
        if (stateFile is not null && terminal.Time.GetElapsedTime(_saved) >= SavePeriod)
        {
            Save();
        }
    }

    private void Save()
    {
        rejects.Flush();
        stateFile?.Save(_state);
        _saved = terminal.Time.GetTimestamp();
    }
}
