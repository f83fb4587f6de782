using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>
/// A node is cut off from the others, or stands still, and at random moments permissions are withdrawn whose bearers read and
/// write at every node, the harmed one too: its side for clients stays reached. No request that a bearer began after the
/// withdrawal was answered may be served, on any node, then or when the node is back.
/// </summary>
internal sealed class Revocation(Cluster cluster, SeededRandom random)
{
    private const int Permissions = 4;
    private const int TriedAfter = 20;
    private const int LongestPauseMs = 1_500;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly NacreClientOptions OneTry = new() { Timeout = Timeout, MaxRetries = 0 };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What is done to a node, in turn.</summary>
    private enum Harm
    {
        /// <summary>No other node is reached.</summary>
        CutOff,

        /// <summary>SIGSTOP, and SIGCONT when the withdrawals were answered: requests wait in its sockets meanwhile.</summary>
        StandsStill,

        /// <summary>Both: it wakes up and reaches nobody who could tell it.</summary>
        StandsStillCutOff,
    }

    /// <summary>Runs it so many times.</summary>
    /// <returns>Requests that bearers began after a withdrawal was answered; all of them were refused.</returns>
    /// <exception cref="ViolationException">One was served.</exception>
    public async Task<int> RunAsync(int rounds)
    {
        int refused = 0;
        await using NacreClient client = cluster.NewClient();
        for (int round = 0; round < rounds; round++)
        {
            refused += await RunOnceAsync(client, (Harm)(round % 3), string.Create(CultureInfo.InvariantCulture, $"revocation-{random.NextUInt64():x}"));
        }

        return refused;
    }

    private async Task<int> RunOnceAsync(NacreClient client, Harm harm, string name)
    {
        Node[] nodes = [.. cluster.Nodes];
        Node victim = nodes[random.Next(nodes.Length)];
        Container items = client.GetContainer(Cluster.Database, Cluster.Items);
        using var stopping = new CancellationTokenSource();
        List<Bearer> bearers = [];
        try
        {
            for (int number = 0; number < Permissions; number++)
            {
                User user = await client.GetDatabase(Cluster.Database).CreateUserAsync($"{name}-{number}");
                Permission permission = await user.CreatePermissionAsync($"{name}-{number}", PermissionSettings.ForContainer(items, PermissionMode.All));
                ResourceToken token = await permission.GetTokenAsync();
                bearers.AddRange(nodes.Select(node => new Bearer(permission, node, cluster.NewBearer(node, token.Token, OneTry), $"{name}-{number}", stopping.Token)));
            }

            await WhenAsync(() => bearers.All(bearer => bearer.Served > 0), "not every bearer was served before anything was wrong");
            long harmed = Stopwatch.GetTimestamp();
            if (harm != Harm.StandsStill)
            {
                cluster.Network.Links.Part([victim.Number], [.. nodes.Where(node => node != victim).Select(node => node.Number)]);
                await WhenAsync(() => bearers.Exists(bearer => bearer.Node == victim && bearer.LastServed > harmed), "the node that was cut off did not go on for a while");
            }

            if (harm != Harm.CutOff)
            {
                victim.Pause();
            }

            await using NacreClient operators = cluster.NewClient(nodes.First(node => node != victim), new NacreClientOptions { Timeout = Patience, NodeTimeout = Patience });
            await Task.WhenAll(bearers.GroupBy(bearer => bearer.Permission).Select(group => WithdrawAsync(operators, group)));
            if (harm != Harm.CutOff)
            {
                victim.Resume();
            }

            await WhenTriedAfterAsync(bearers);
            cluster.Network.Links.Heal();
            await WhenTriedAfterAsync(bearers);
            await stopping.CancelAsync();
            await Task.WhenAll(bearers.Select(bearer => bearer.Working));
            foreach (Bearer bearer in bearers)
            {
                bearer.Check(await items.TryReadJsonAsync(bearer.Key, bearer.Key), harm.ToString());
            }

            return bearers.Sum(bearer => bearer.TriedAfter);
        }
        finally
        {
            victim.Resume();
            cluster.Network.Links.Heal();
            await stopping.CancelAsync();
            foreach (Bearer bearer in bearers)
            {
                await bearer.DisposeAsync();
            }
        }
    }

    private async Task WithdrawAsync(NacreClient operators, IEnumerable<Bearer> bearers)
    {
        Bearer[] all = [.. bearers];
        int pause;
        lock (random)
        {
            pause = random.Next(LongestPauseMs);
        }

        await Task.Delay(pause);
        await operators.GetDatabase(Cluster.Database).GetUser(all[0].Permission.UserName).GetPermission(all[0].Permission.Name).DeleteAsync();
        long answered = Stopwatch.GetTimestamp();
        foreach (Bearer bearer in all)
        {
            bearer.Withdrawn(answered);
        }
    }

    private static Task WhenTriedAfterAsync(List<Bearer> bearers)
    {
        int[] tried = [.. bearers.Select(bearer => bearer.TriedAfter)];
        return WhenAsync(() => bearers.Zip(tried).All(each => each.First.TriedAfter >= each.Second + TriedAfter), "bearers get no answers after the withdrawal");
    }

    private static Task WhenAsync(Func<bool> holds, string otherwise) => Cluster.UntilAsync(() => Task.FromResult(holds()), () => otherwise, Patience);

    /// <summary>Reads and writes at one node, with one token, until it is stopped. All times are of one monotonic clock.</summary>
    private sealed class Bearer : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private readonly NacreClient _client;
        private readonly List<long> _beganWrites = [];
        private long _lastServed;
        private int _served;
        private long _answered = long.MaxValue;
        private int _triedAfter;

        public Bearer(Permission permission, Node node, NacreClient client, string name, CancellationToken stopping)
        {
            (Permission, Node, _client) = (permission, node, client);
            Key = string.Create(CultureInfo.InvariantCulture, $"{name}-{node.Number}");
            Working = WorkAsync(stopping);
        }

        public Permission Permission { get; }

        public Node Node { get; }

        /// <summary>Partition key and id of what it writes.</summary>
        public string Key { get; }

        public Task Working { get; }

        /// <summary>When the last request began that was served.</summary>
        public long LastServed => Read(ref _lastServed);

        public int Served => Read(ref _served);

        /// <summary>Requests that began after the withdrawal was answered.</summary>
        public int TriedAfter => Read(ref _triedAfter);

        public void Withdrawn(long answered)
        {
            lock (_gate)
            {
                _answered = answered;
            }
        }

        /// <summary>Holds what was served, and the last write that took effect, against the withdrawal.</summary>
        public void Check(Item<ReadOnlyMemory<byte>>? found, string harm)
        {
            double late = Stopwatch.GetElapsedTime(_answered, _lastServed).TotalMilliseconds;
            if (_lastServed > _answered)
            {
                throw new ViolationException(string.Create(CultureInfo.InvariantCulture, $"{harm}: node {Node.Number} served a request that began {late:f1} ms after the withdrawal was answered"));
            }

            // Writes without an answer, too.
            if (found is { } item && _beganWrites[Value(item.Value)] > _answered)
            {
                throw new ViolationException($"{harm}: a write at node {Node.Number} took effect that began after the withdrawal was answered");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Working;
            await _client.DisposeAsync();
        }

        private static int Value(ReadOnlyMemory<byte> item)
        {
            using var document = JsonDocument.Parse(item);
            return document.RootElement.GetProperty("v").GetInt32();
        }

        private T Read<T>(ref T field)
        {
            lock (_gate)
            {
                return field;
            }
        }

        private async Task WorkAsync(CancellationToken stopping)
        {
            await Task.Yield();
            Container items = _client.GetContainer(Cluster.Database, Cluster.Items);

            // Nobody has to be asked for these: what the node knows is told.
            var any = new ReadOptions { Consistency = ConsistencyLevel.Eventual };
            while (!stopping.IsCancellationRequested)
            {
                await CallAsync(began =>
                {
                    _beganWrites.Add(began);
                    return new ValueTask(items.UpsertJsonAsync(Writer.Document(Key, Key, _beganWrites.Count - 1)).AsTask());
                });
                await CallAsync(_ => new ValueTask(items.TryReadJsonAsync(Key, Key, any).AsTask()));
            }
        }

        private async Task CallAsync(Func<long, ValueTask> call)
        {
            long began = Stopwatch.GetTimestamp();
            bool isServed = true;
            try
            {
                await call(began);
            }
            catch (NacreException)
            {
                // Whatever it was refused with, it has got nothing.
                isServed = false;
            }

            lock (_gate)
            {
                _served += isServed ? 1 : 0;
                _lastServed = isServed ? Math.Max(_lastServed, began) : _lastServed;
                _triedAfter += began > _answered ? 1 : 0;
            }

            if (!isServed)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
            }
        }
    }
}
