using System.Diagnostics;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>
/// One client of the cluster. Two of three know all nodes and leave it to the SDK to find one; the third has one node at a
/// time, repeats nothing, and moves on by itself when something fails, so that what one node answers is seen as it is.
/// </summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class Worker : IAsyncDisposable
{
    private const int LongestThoughtMs = 12;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly NacreClient[] _clients;
    private readonly Container[] _containers;
    private readonly Tally _tally;
    private int _at;

    private Worker(int number, NacreClient[] clients, Tally tally, SeededRandom random)
    {
        (Number, _clients, _tally, Random) = (number, clients, tally, random);
        _containers = [.. _clients.Select(client => client.GetContainer(Cluster.Database, Cluster.Items))];
        _at = number % _containers.Length;
    }

    /// <summary>Tells it from others.</summary>
    public int Number { get; }

    /// <summary>True: it leaves it to the SDK to find a node.</summary>
    public bool KnowsAllNodes => _clients.Length == 1;

    /// <summary>The first answer that was none.</summary>
    public NacreException? FirstRefusal { get; private set; }

    /// <summary>Its chance.</summary>
    public SeededRandom Random { get; }

    /// <summary>Makes one of many that work while there are faults.</summary>
    /// <param name="number">Tells it from others, and which kind it is of.</param>
    /// <param name="cluster">Whom it calls.</param>
    /// <param name="tally">Counts what it gets done.</param>
    /// <param name="random">Its chance.</param>
    /// <param name="isPatient">Where it knows all nodes, it has the SDK's own patience; else little.</param>
    public static Worker Make(int number, Cluster cluster, Tally tally, SeededRandom random, bool isPatient)
    {
        var options = new NacreClientOptions
        {
            Timeout = Timeout, MaxRetries = 4, ConnectTimeout = TimeSpan.FromMilliseconds(500), NodeTimeout = TimeSpan.FromSeconds(1),
        };
        return new Worker(
            number,
            number % 3 == 2
                ? [.. cluster.Nodes.Select(node => cluster.NewClientOf(node, options with { MaxRetries = 0 }))]
                : [cluster.NewClient(cluster.Nodes[number % cluster.Nodes.Count], isPatient ? null : options)],
            tally, random);
    }

    /// <summary>Makes one that reads back from one node what is there at the end.</summary>
    public static Worker MakePatient(int number, Cluster cluster, Node node) => new(
        number, [cluster.NewClientOf(node, new NacreClientOptions { Timeout = TimeSpan.FromSeconds(30), MaxRetries = 30 })], new Tally(), new SeededRandom((ulong)number));

    /// <summary>Calls the cluster once.</summary>
    /// <param name="isWrite">Whether it changes something.</param>
    /// <param name="call">The operation.</param>
    /// <exception cref="ViolationException">The answer is one that no fault excuses.</exception>
    public async Task<Answer<T>> CallAsync<T>(bool isWrite, Func<Container, ValueTask<T>> call)
    {
        T? value = default;
        NacreException? error = null;
        long called = Stopwatch.GetTimestamp();
        try
        {
            value = await call(_containers[_at]);
        }
        catch (NacreException e)
        {
            error = e;
        }

        long returned = Stopwatch.GetTimestamp();
        OperationOutcome outcome = OutcomeOf(error, isWrite);
        _tally.Count(outcome, called, returned, isWrite && error is null);
        if (outcome != OperationOutcome.Answered)
        {
            FirstRefusal ??= error;
            _at = (_at + 1) % _containers.Length;
        }

        return new Answer<T>(outcome, outcome == OperationOutcome.Answered ? error?.Code ?? NacreErrorCode.None : NacreErrorCode.None, value, called, returned);
    }

    /// <summary>A short pause, so that a history does not outgrow its checker.</summary>
    public Task ThinkAsync() => Task.Delay(Random.Next(LongestThoughtMs));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (NacreClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>As docs/errors.md says: what is not told to be unknown has had no effect.</summary>
    private static OperationOutcome OutcomeOf(NacreException? error, bool isWrite) => error?.Code switch
    {
        null or NacreErrorCode.NotFound or NacreErrorCode.AlreadyExists or NacreErrorCode.PreconditionFailed => OperationOutcome.Answered,
        NacreErrorCode.OutcomeUnknown or NacreErrorCode.StorageFailed => isWrite ? OperationOutcome.Unknown : OperationOutcome.Refused,
        _ when error.IsTransient => OperationOutcome.Refused,
        NacreErrorCode.ClockSkewed or NacreErrorCode.Replayed => OperationOutcome.Refused,
        _ => throw new ViolationException($"a client was told {error.Code}: {error.Message} (activity {error.ActivityId})"),
    };
}
