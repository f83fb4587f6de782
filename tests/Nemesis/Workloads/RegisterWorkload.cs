using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nacre.Client;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>Items that are read, written, and replaced under their etag; each must be a linearizable register.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RegisterWorkload(string prefix) : IWorkload
{
    private const int Slots = 4;
    private const int MostOperations = 250;
    private const int MostUnknown = 8;

    private readonly ConcurrentBag<Register> _all = [];
    private readonly Register?[] _slots = new Register?[Slots];
    private readonly Lock _gate = new();
    private readonly RegisterModel _model = new();
    private long _lastValue;

    /// <inheritdoc/>
    public string Name => "register";

    /// <inheritdoc/>
    public async Task StepAsync(Worker worker)
    {
        Register register = Take(worker.Random.Next(Slots));
        long value = Interlocked.Increment(ref _lastValue);
        switch (worker.Random.Next(10))
        {
            case < 3:
                await ReadAsync(worker, register);
                break;
            case < 6:
                Answer<WriteResult> written = await worker.CallAsync(isWrite: true, items => items.UpsertJsonAsync(register.Document(value)));
                register.Add(worker, new RegisterInput(RegisterOperation.Write, value), new RegisterOutput(), written);
                break;
            default:
                if (await ReadAsync(worker, register) is { } seen)
                {
                    await SwapAsync(worker, register, seen, value);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public async Task ReadBackAsync(Worker worker)
    {
        foreach (Register register in _all)
        {
            if (await ReadAsync(worker, register) is null)
            {
                throw new ViolationException($"register {register.Name} cannot be read back");
            }
        }
    }

    /// <inheritdoc/>
    public void Check()
    {
        foreach (Register register in _all)
        {
            Verdict verdict = LinearizabilityChecker.Check(_model, register.History);
            if (verdict.Kind != VerdictKind.Holds)
            {
                throw new ViolationException($"register {register.Name}: {verdict.Kind}: {verdict.Reason}");
            }
        }
    }

    /// <inheritdoc/>
    public void Write(TextWriter output)
    {
        foreach (Register register in _all)
        {
            foreach (Operation<RegisterInput, RegisterOutput> operation in register.History.OrderBy(each => each.Called))
            {
                output.WriteLine($"{register.Name} {operation}");
            }
        }
    }

    private static async Task<Seen?> ReadAsync(Worker worker, Register register)
    {
        Answer<Item<ReadOnlyMemory<byte>>> read = await worker.CallAsync(
            isWrite: false, items => items.ReadJsonAsync(PartitionKey.Of(register.Name), "r"));
        if (read.Outcome != OperationOutcome.Answered)
        {
            return null;
        }

        Seen seen = read.Code == NacreErrorCode.NotFound ? default : new Seen(ValueOf(read.Value!.Value), read.Value.ETag);
        register.Add(worker, new RegisterInput(RegisterOperation.Read), new RegisterOutput(seen.Value), read);
        return seen;
    }

    private static async Task SwapAsync(Worker worker, Register register, Seen seen, long value)
    {
        Answer<WriteResult> swapped = await worker.CallAsync(isWrite: true, items => seen.ETag is null
            ? items.CreateJsonAsync(register.Document(value))
            : items.ReplaceJsonAsync(register.Document(value), new WriteOptions { IfMatch = seen.ETag }));
        register.Add(
            worker, new RegisterInput(RegisterOperation.CompareAndSet, value, seen.Value), new RegisterOutput(Done: swapped.Code == NacreErrorCode.None), swapped);
    }

    private static long ValueOf(ReadOnlyMemory<byte> document)
    {
        using JsonDocument json = JsonDocument.Parse(document);
        return json.RootElement.GetProperty("v").GetInt64();
    }

    /// <summary>A register is given up when its history is long, or holds so much that is unknown that checking it would take for ever.</summary>
    private Register Take(int slot)
    {
        lock (_gate)
        {
            if (_slots[slot] is not { } register || register.IsWorn)
            {
                register = new Register(string.Create(CultureInfo.InvariantCulture, $"{prefix}-register-{_all.Count}"));
                _slots[slot] = register;
                _all.Add(register);
            }

            return register;
        }
    }

    /// <summary>What a read found; nothing where there is no etag.</summary>
    private readonly record struct Seen(long Value, string? ETag);

    private sealed class Register(string name)
    {
        private readonly ConcurrentQueue<Operation<RegisterInput, RegisterOutput>> _history = new();
        private int _unknown;

        public string Name => name;

        public IEnumerable<Operation<RegisterInput, RegisterOutput>> History => _history;

        public bool IsWorn => _history.Count >= MostOperations || Volatile.Read(ref _unknown) >= MostUnknown;

        public byte[] Document(long value) =>
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"r","pk":"{{name}}","v":{{value}}}"""));

        public void Add<T>(Worker worker, RegisterInput input, RegisterOutput output, in Answer<T> answer)
        {
            _history.Enqueue(new Operation<RegisterInput, RegisterOutput>(worker.Number, input, output, answer.Outcome, answer.Called, answer.Returned));
            if (answer.Outcome == OperationOutcome.Unknown)
            {
                Interlocked.Increment(ref _unknown);
            }
        }
    }
}
