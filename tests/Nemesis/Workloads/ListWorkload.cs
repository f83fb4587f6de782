using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nacre.Client;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>Partitions as append-only lists: an append creates an item, a read lists the partition in the order of its writes.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ListWorkload(string prefix) : IWorkload
{
    private const int Slots = 2;

    // A page holds up to 1,000 items, and is one moment's view; a list never needs two.
    private const int MostAppends = 400;

    private readonly ConcurrentBag<AppendList> _all = [];
    private readonly AppendList?[] _slots = new AppendList?[Slots];
    private readonly Lock _gate = new();
    private long _lastValue;

    /// <inheritdoc/>
    public string Name => "list";

    /// <inheritdoc/>
    public async Task StepAsync(Worker worker)
    {
        AppendList list = Take(worker.Random.Next(Slots));
        if (worker.Random.Next(10) < 3)
        {
            await ReadAsync(worker, list);
            return;
        }

        long value = Interlocked.Increment(ref _lastValue);
        Answer<WriteResult> written = await worker.CallAsync(isWrite: true, items => items.CreateJsonAsync(list.Document(value)));
        if (written.Code != NacreErrorCode.None)
        {
            throw new ViolationException($"list {list.Name}: {value} was appended once, and the answer is {written.Code}");
        }

        list.Appends.Enqueue(new ListAppend(worker.Number, written.Called, written.Returned, written.Outcome, value));
    }

    /// <inheritdoc/>
    public async Task ReadBackAsync(Worker worker)
    {
        foreach (AppendList list in _all)
        {
            if (!await ReadAsync(worker, list))
            {
                throw new ViolationException($"list {list.Name} cannot be read back");
            }
        }
    }

    /// <inheritdoc/>
    public void Check()
    {
        foreach (AppendList list in _all)
        {
            Verdict verdict = ListChecker.Check(new ListHistory([.. list.Appends], [.. list.Reads]), ListPromise.Strong);
            if (verdict.Kind != VerdictKind.Holds)
            {
                throw new ViolationException($"list {list.Name}: {verdict.Kind}: {verdict.Reason}");
            }
        }
    }

    /// <inheritdoc/>
    public void Write(TextWriter output)
    {
        foreach (AppendList list in _all)
        {
            foreach (ListAppend append in list.Appends)
            {
                output.WriteLine($"{list.Name} {append}");
            }

            foreach (ListRead read in list.Reads)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{list.Name} read by {read.Session} from {read.Called} to {read.Returned}: {string.Join(' ', read.Values)}"));
            }
        }
    }

    private static async Task<bool> ReadAsync(Worker worker, AppendList list)
    {
        Answer<long[]> read = await worker.CallAsync(isWrite: false, async items =>
        {
            List<long> values = [];
            var options = new ListOptions { PartitionKey = PartitionKey.Of(list.Name), Order = ListOrder.Change, PageSize = 1000 };
            await foreach (Item<ReadOnlyMemory<byte>> item in items.ListJson(options))
            {
                using JsonDocument json = JsonDocument.Parse(item.Value);
                values.Add(json.RootElement.GetProperty("v").GetInt64());
            }

            return values.ToArray();
        });
        if (read.Outcome != OperationOutcome.Answered)
        {
            return false;
        }

        list.Reads.Enqueue(new ListRead(worker.Number, read.Called, read.Returned, read.Value ?? []));
        return true;
    }

    private AppendList Take(int slot)
    {
        lock (_gate)
        {
            if (_slots[slot] is not { } list || list.Appends.Count >= MostAppends)
            {
                list = new AppendList(string.Create(CultureInfo.InvariantCulture, $"{prefix}-list-{_all.Count}"));
                _slots[slot] = list;
                _all.Add(list);
            }

            return list;
        }
    }

    private sealed class AppendList(string name)
    {
        public string Name => name;

        public ConcurrentQueue<ListAppend> Appends { get; } = new();

        public ConcurrentQueue<ListRead> Reads { get; } = new();

        public byte[] Document(long value) =>
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{value}}","pk":"{{name}}","v":{{value}}}"""));
    }
}
