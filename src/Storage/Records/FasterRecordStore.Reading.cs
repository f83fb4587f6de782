using FASTER.core;
using Nacre.Core;

namespace Nacre.Storage.Records;

using PendingRead = FasterKV<RecordKey, SpanByte>.ReadAsyncResult<RecordParts, RecordOutput, Empty>;
using RecordSession = ClientSession<RecordKey, SpanByte, RecordParts, RecordOutput, Empty, RecordFunctions>;

/// <content>Reading records.</content>
internal sealed partial class FasterRecordStore
{
    // "Not found" means that only if nothing happened meanwhile that makes FASTER say so wrongly: a failed read leaves
    // zeros, and a record that compaction moved is looked for below the new beginning. Then the read is repeated.
    private const int MaxAttempts = 3;

    /// <inheritdoc/>
    public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        Invariant.Check(key != default);
        cancellationToken.ThrowIfCancellationRequested();
        _faults.ThrowIfFailed();
        ReadMark mark = Mark();
        RecordSession session = _sessions.Rent();
        RecordParts input = default;
        ValueTask<PendingRead> read = session.ReadAsync(key, input, token: CancellationToken.None);
        if (!read.IsCompletedSuccessfully)
        {
            return ReadSlowlyAsync(key, session, read, mark, cancellationToken);
        }

        PendingRead result = read.Result;
        if (result.Status.IsPending)
        {
            return ReadSlowlyAsync(key, session, new ValueTask<PendingRead>(result), mark, cancellationToken);
        }

        _sessions.Return(session);
        if (result.Status.Found)
        {
            return new ValueTask<RecordLease>(new RecordLease(result.Output.Rented!, result.Output.Length));
        }

        return mark == Mark() ? default : RepeatAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public RecordLease Read(RecordKey key)
    {
        Invariant.Check(key != default);
        for (int attempt = 0; ; attempt++)
        {
            _faults.ThrowIfFailed();
            ReadMark mark = Mark();
            RecordOutput output = ReadOnce(key);
            _faults.ThrowIfFailed();
            if (output.Rented is { } rented)
            {
                return new RecordLease(rented, output.Length);
            }

            if (mark == Mark())
            {
                return default;
            }

            GiveUpAfter(attempt, mark);
        }
    }

    private RecordOutput ReadOnce(RecordKey key)
    {
        RecordSession session = _sessions.Rent();
        RecordParts input = default;
        RecordOutput output = default;
        Status status = session.Read(ref key, ref input, ref output);
        if (status.IsPending)
        {
            session.CompletePendingWithOutputs(out var completed, wait: true);
            Invariant.Check(completed.Next());
            status = completed.Current.Status;
            output = completed.Current.Output;
            completed.Dispose();
        }

        _sessions.Return(session);
        return status.Found ? output : default;
    }

    private async ValueTask<RecordLease> ReadSlowlyAsync(
        RecordKey key, RecordSession session, ValueTask<PendingRead> read, ReadMark mark, CancellationToken cancellationToken)
    {
        (Status status, RecordOutput output) = (await read.ConfigureAwait(false)).Complete();
        _sessions.Return(session);
        _faults.ThrowIfFailed();
        if (status.Found)
        {
            return new RecordLease(output.Rented!, output.Length);
        }

        return mark == Mark() ? default : await RepeatAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RecordLease> RepeatAsync(RecordKey key, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadMark mark = Mark();
            RecordSession session = _sessions.Rent();
            RecordParts input = default;
            PendingRead read = await session.ReadAsync(key, input, token: CancellationToken.None).ConfigureAwait(false);
            (Status status, RecordOutput output) = read.Complete();
            _sessions.Return(session);
            _faults.ThrowIfFailed();
            if (status.Found)
            {
                return new RecordLease(output.Rented!, output.Length);
            }

            if (mark == Mark())
            {
                return default;
            }

            GiveUpAfter(attempt, mark);
        }
    }

    private void GiveUpAfter(int attempt, ReadMark mark)
    {
        if (attempt >= MaxAttempts && mark.ReadFaults != _faults.ReadFaults)
        {
            _faults.ThrowLastRead();
        }
    }

    private ReadMark Mark() => new(_faults.ReadFaults, _store.Log.BeginAddress);

    private readonly record struct ReadMark(long ReadFaults, long Begin);
}
