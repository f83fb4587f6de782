using Nacre.Client;
using Nacre.Nemesis.Tests.Faults;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Nemesis.Tests.Workloads;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>Workers at work, one fault in the middle, and then everything held against what was promised.</summary>
internal sealed class Round(Cluster cluster, Fault fault, ulong seed, TimeSpan length)
{
    private const int WorkersEach = 3;
    private const int AnsweredBefore = 100;

    private readonly Tally _tally = new();
    private readonly IWorkload[] _workloads =
    [
        new RegisterWorkload($"{fault.Name}-{seed}"), new ListWorkload($"{fault.Name}-{seed}"), new BankWorkload($"{fault.Name}-{seed}"),
    ];

    /// <summary>Runs it.</summary>
    public async Task<RoundResult> RunAsync()
    {
        if (fault.NeedsPackets && !cluster.Network.HasPackets)
        {
            return new RoundResult(fault.Name, seed, RoundVerdict.NotRun, Reason: $"between the nodes are {cluster.Network.Name}");
        }

        try
        {
            await HarmAsync();
            foreach (Node node in cluster.Nodes)
            {
                await using var reader = Worker.MakePatient(1000 + node.Number, cluster, node);
                foreach (IWorkload workload in _workloads)
                {
                    await workload.ReadBackAsync(reader);
                }
            }

            await Task.WhenAll(_workloads.Select(workload => Task.Run(workload.Check)));
            await cluster.CompareAsync();
            return Result(_tally.During > 0 ? RoundVerdict.Held : RoundVerdict.DoesNotCount);
        }
        catch (FaultUnavailableException missing)
        {
            return Result(RoundVerdict.NotRun) with { Reason = missing.Message };
        }
        catch (ViolationException violation)
        {
            return Result(RoundVerdict.Violated) with { Reason = violation.Message };
        }
        catch (NacreException refusal)
        {
            return Result(RoundVerdict.Violated) with { Reason = $"an operator was told {refusal.Code}: {refusal.Message}" };
        }
    }

    /// <summary>Writes down what the workers asked and were answered.</summary>
    public void WriteHistory(string file)
    {
        using StreamWriter output = File.CreateText(file);
        foreach (IWorkload workload in _workloads)
        {
            workload.Write(output);
        }
    }

    private async Task HarmAsync()
    {
        using var stopping = new CancellationTokenSource();
        var random = new SeededRandom(seed);
        var context = new FaultContext(cluster, random, _tally, length);
        Worker[] workers = [.. Enumerable.Range(0, _workloads.Length * WorkersEach).Select(number => Worker.Make(number, cluster, _tally, new SeededRandom(random.NextUInt64()), fault.SparesClients))];
        Task working = Task.WhenAll(workers.Select(worker => WorkAsync(worker, stopping.Token)));
        try
        {
            await context.WhenServingAsync();
            await _tally.WhenAnsweredAsync(AnsweredBefore, CancellationToken.None);
            _tally.BeginFault();
            await fault.RunAsync(context);
            cluster.Network.Links.Heal();
            _tally.EndFault();
            await context.WhenServingAsync();
        }
        finally
        {
            _tally.EndFault();
            cluster.Network.Links.Heal();
            await stopping.CancelAsync();
            await working.ContinueWith(_ => { }, TaskScheduler.Default);
            foreach (Worker worker in workers)
            {
                await worker.DisposeAsync();
            }
        }

        await working;
        if (fault.SparesClients && workers.Where(worker => worker.KnowsAllNodes).Select(worker => worker.FirstRefusal).FirstOrDefault(refusal => refusal is not null) is { } seen)
        {
            throw new ViolationException($"a client that knows all nodes was told {seen.Code}: {seen.Message} (activity {seen.ActivityId})");
        }
    }

    private async Task WorkAsync(Worker worker, CancellationToken stopping)
    {
        IWorkload workload = _workloads[worker.Number / WorkersEach];
        while (!stopping.IsCancellationRequested)
        {
            await workload.StepAsync(worker);
            await worker.ThinkAsync();
        }
    }

    private RoundResult Result(RoundVerdict verdict) =>
        new(fault.Name, seed, verdict, _tally.Operations, _tally.Unknown, _tally.Refused, _tally.During, _tally.LongestStall);
}
