using FASTER.core;
using Nacre.Core;

namespace Nacre.Storage.Records;

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
        RecordSession session = _waitingSessions.Rent();
        RecordParts input = default;
        RecordOutput output = default;
        Status status = session.Read(ref key, ref input, ref output);
        if (status.IsPending)
        {
            return ReadFromDiskAsync(key, session, mark, cancellationToken);
        }

        _waitingSessions.Return(session);
        if (output.Rented is { } rented)
        {
            return new ValueTask<RecordLease>(new RecordLease(rented, output.Length));
        }

        return mark == Mark() ? default : RepeatAsync(key, mark, cancellationToken);
    }

    /// <inheritdoc/>
    public RecordLease Read(RecordKey key)
    {
        Invariant.Check(key != default);
        for (int attempt = 1; ; attempt++)
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
        RecordSession session = _blockingSessions.Rent();
        RecordParts input = default;
        RecordOutput output = default;
        Status status = session.Read(ref key, ref input, ref output);
        if (status.IsPending)
        {
            session.CompletePendingWithOutputs(out var completed, wait: true);
            output = Take(completed);
        }

        _blockingSessions.Return(session);
        return output;
    }

    private async ValueTask<RecordLease> ReadFromDiskAsync(
        RecordKey key, RecordSession session, ReadMark mark, CancellationToken cancellationToken)
    {
        RecordOutput output = await CompleteAsync(session).ConfigureAwait(false);
        _faults.ThrowIfFailed();
        if (output.Rented is { } rented)
        {
            return new RecordLease(rented, output.Length);
        }

        return mark == Mark() ? default : await RepeatAsync(key, mark, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RecordLease> RepeatAsync(RecordKey key, ReadMark mark, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            GiveUpAfter(attempt, mark);
            cancellationToken.ThrowIfCancellationRequested();
            mark = Mark();
            RecordOutput output = await ReadOnceAsync(key).ConfigureAwait(false);
            _faults.ThrowIfFailed();
            if (output.Rented is { } rented)
            {
                return new RecordLease(rented, output.Length);
            }

            if (mark == Mark())
            {
                return default;
            }
        }
    }

    private ValueTask<RecordOutput> ReadOnceAsync(RecordKey key)
    {
        RecordSession session = _waitingSessions.Rent();
        RecordParts input = default;
        RecordOutput output = default;
        if (session.Read(ref key, ref input, ref output).IsPending)
        {
            return CompleteAsync(session);
        }

        _waitingSessions.Return(session);
        return new ValueTask<RecordOutput>(output);
    }

    // Not FASTER's own CompletePendingAsync, which refreshes the epoch without protection when a read must go on. Every
    // read of these sessions waits for its entry here, so that no entry is left to be taken for the next read's.
    private async ValueTask<RecordOutput> CompleteAsync(RecordSession session)
    {
        while (true)
        {
            await session.ReadyToCompletePendingAsync(CancellationToken.None).ConfigureAwait(false);
            if (session.CompletePendingWithOutputs(out var completed, wait: false))
            {
                RecordOutput output = Take(completed);
                _waitingSessions.Return(session);
                return output;
            }
        }
    }

    private static RecordOutput Take(CompletedOutputIterator<RecordKey, SpanByte, RecordParts, RecordOutput, Empty> completed)
    {
        Invariant.Check(completed.Next());
        RecordOutput output = completed.Current.Output;
        completed.Dispose();
        return output;
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
