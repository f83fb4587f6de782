using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>Many writers of documents of 1 KB: as fast as they can, or at a pace that does not depend on the answers.</summary>
internal sealed class PacedWriters : IAsyncDisposable
{
    private const int Writers = 32;
    private const int Clients = 4;
    private const int ItemsEach = 512;
    private const int DocumentBytes = 1_000;

    private readonly NacreClient[] _clients;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _writing;
    private readonly Lock _gate = new();
    private List<TimeSpan> _took = [];

    private PacedWriters(Cluster cluster, double perSecond)
    {
        _clients = [.. Enumerable.Range(0, Clients).Select(_ => cluster.NewClient())];
        TimeSpan pause = perSecond > 0 ? TimeSpan.FromSeconds(Writers / perSecond) : TimeSpan.Zero;
        _writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(number => WriteAsync(number, pause)));
    }

    /// <summary>Writes so many a second until it is disposed.</summary>
    public static PacedWriters Start(Cluster cluster, double perSecond) => new(cluster, perSecond);

    /// <summary>How many a second there are when each writer begins as soon as it is answered.</summary>
    public static async Task<double> SaturateAsync(Cluster cluster, TimeSpan warmUp, TimeSpan length)
    {
        await using var writers = new PacedWriters(cluster, perSecond: 0);
        await writers.HoldAsync(warmUp);
        writers.Take();
        long began = Stopwatch.GetTimestamp();
        await writers.HoldAsync(length);
        return writers.Take().Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Lets them write for a while.</summary>
    public async Task HoldAsync(TimeSpan length)
    {
        // What a writer was told ends the wait.
        if (await Task.WhenAny(_writing, Task.Delay(length)) == _writing)
        {
            await _writing;
        }
    }

    /// <summary>How long each write took since the last call.</summary>
    /// <remarks>From the time at which it was due, where its writer still waited for the one before.</remarks>
    public List<TimeSpan> Take()
    {
        lock (_gate)
        {
            List<TimeSpan> took = _took;
            _took = [];
            return took;
        }
    }

    /// <summary>The time within which 99 of 100 were answered.</summary>
    public static TimeSpan Percentile99(IReadOnlyCollection<TimeSpan> took) =>
        took.Count > 0 ? took.Order().ElementAt((took.Count - 1) * 99 / 100) : throw new ViolationException("no write was answered");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _writing;
        }
        finally
        {
            foreach (NacreClient client in _clients)
            {
                await client.DisposeAsync();
            }

            _stopping.Dispose();
        }
    }

    private async Task WriteAsync(int number, TimeSpan pause)
    {
        await Task.Yield();
        Container items = _clients[number % Clients].GetContainer(Cluster.Database, Cluster.Items);
        string filling = new('x', DocumentBytes);
        long began = Stopwatch.GetTimestamp();
        TimeSpan due = pause * (number / (double)Writers);
        for (long count = 0; !_stopping.IsCancellationRequested; count++, due += pause)
        {
            TimeSpan now = Stopwatch.GetElapsedTime(began);
            if (due > now)
            {
                await Task.Delay(due - now).ConfigureAwait(false);
                now = Stopwatch.GetElapsedTime(began);
            }
            else if (pause > TimeSpan.Zero)
            {
                now = due;
            }

            await items.UpsertJsonAsync(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $$"""{"id":"{{count % ItemsEach}}","pk":"paced-{{number}}","v":{{count}},"filling":"{{filling}}"}"""))).ConfigureAwait(false);
            TimeSpan took = Stopwatch.GetElapsedTime(began) - now;
            lock (_gate)
            {
                _took.Add(took);
            }
        }
    }
}
