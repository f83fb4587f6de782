using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Nacre.Client;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>
/// Transfers between accounts: money is moved, none made or lost, and every acknowledged transfer happened once. All accounts
/// stand in one item, since no write changes several items at once.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BankWorkload(string prefix) : IWorkload
{
    private const int Accounts = 5;
    private const long Opening = 100;

    private readonly ConcurrentQueue<Snapshot> _snapshots = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly string _name = $"{prefix}-bank";
    private long _acknowledged;
    private long _unknown;

    /// <inheritdoc/>
    public string Name => "bank";

    /// <inheritdoc/>
    public async Task StepAsync(Worker worker)
    {
        if (await ReadAsync(worker) is not { } seen)
        {
            return;
        }

        (int from, int to) = (worker.Random.Next(Accounts), worker.Random.Next(Accounts));
        long[] balances = [.. seen.Balances];
        long amount = Math.Min(balances[from], 1 + worker.Random.Next(20));
        balances[from] -= amount;
        balances[to] += amount;
        bool isOpening = seen.ETag is null;
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(new { id = "bank", pk = _name, transfers = seen.Transfers + (isOpening ? 0 : 1), balances });
        Answer<WriteResult> written = await worker.CallAsync(isWrite: true, items => isOpening
            ? items.CreateJsonAsync(document)
            : items.ReplaceJsonAsync(document, new WriteOptions { IfMatch = seen.ETag }));
        _log.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{worker.Number}: transfer {seen.Transfers + 1} of {amount} from {from} to {to}: {written.Outcome} {written.Code}"));
        if (!isOpening && written is { Outcome: OperationOutcome.Answered, Code: NacreErrorCode.None })
        {
            Interlocked.Increment(ref _acknowledged);
        }
        else if (!isOpening && written.Outcome == OperationOutcome.Unknown)
        {
            Interlocked.Increment(ref _unknown);
        }
    }

    /// <inheritdoc/>
    public async Task ReadBackAsync(Worker worker)
    {
        Snapshot last = await ReadAsync(worker) ?? throw new ViolationException("the bank cannot be read back");
        if (last.Transfers < _acknowledged || last.Transfers > _acknowledged + _unknown)
        {
            throw new ViolationException(string.Create(
                CultureInfo.InvariantCulture, $"bank {_name}: {last.Transfers} transfers happened; {_acknowledged} were acknowledged, {_unknown} are unknown"));
        }
    }

    /// <inheritdoc/>
    public void Check()
    {
        Verdict verdict = BankChecker.Check(_snapshots.Select(snapshot => snapshot.Balances), Accounts, Accounts * Opening);
        if (verdict.Kind != VerdictKind.Holds)
        {
            throw new ViolationException($"bank {_name}: {verdict.Reason}");
        }
    }

    /// <inheritdoc/>
    public void Write(TextWriter output)
    {
        foreach (string line in _log)
        {
            output.WriteLine($"{_name} {line}");
        }
    }

    private async Task<Snapshot?> ReadAsync(Worker worker)
    {
        Answer<Item<ReadOnlyMemory<byte>>> read = await worker.CallAsync(isWrite: false, items => items.ReadJsonAsync(PartitionKey.Of(_name), "bank"));
        if (read.Outcome != OperationOutcome.Answered)
        {
            return null;
        }

        if (read.Code == NacreErrorCode.NotFound)
        {
            return new Snapshot(null, 0, [.. Enumerable.Repeat(Opening, Accounts)]);
        }

        using JsonDocument json = JsonDocument.Parse(read.Value!.Value);
        var snapshot = new Snapshot(
            read.Value.ETag,
            json.RootElement.GetProperty("transfers").GetInt64(),
            [.. json.RootElement.GetProperty("balances").EnumerateArray().Select(balance => balance.GetInt64())]);
        _snapshots.Enqueue(snapshot);
        return snapshot;
    }

    /// <summary>What a read found; no etag before the first write.</summary>
    private sealed record Snapshot(string? ETag, long Transfers, IReadOnlyList<long> Balances);
}
