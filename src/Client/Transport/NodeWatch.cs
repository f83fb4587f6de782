using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>
/// Looks after the nodes in the background: asks which there are, and whether those that were left answer again. Only
/// while the client is in use: one that nobody asks is silent.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class NodeWatch : IAsyncDisposable
{
    // Invariants, under _gate:
    // - At most one round runs; the timer is set only while none does.
    // - _isSuspect holds from a suspicion to the next discovery; each discovery that follows one doubles the pause after which the next may.
    // - While it is asleep no timer is set, and _isUsed is false: the next use wakes it. A set that needs no watch is always "used".
    private static readonly TimeSpan DiscoveryPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestDiscoveryPeriod = TimeSpan.FromSeconds(1);

    private readonly EndpointSet _nodes;
    private readonly NacreClientOptions _options;
    private readonly bool _isNeeded;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _discovered;
    private TimeSpan _discoverAfter = TimeSpan.Zero;
    private TimeSpan _suspicionPause = ShortestDiscoveryPeriod;
    private Task _round = Task.CompletedTask;
    private bool _isRunning;
    private bool _isAsleep = true;
    private volatile bool _isUsed;
    private volatile bool _isSuspect;

    public NodeWatch(EndpointSet nodes, NacreClientOptions options)
    {
        _nodes = nodes;
        _options = options;
        _isNeeded = options.DiscoverNodes || nodes.Nodes.Count > 1;
        _isUsed = !_isNeeded;
        _timer = options.TimeProvider.CreateTimer(
            static state => ((NodeWatch)state!).Begin(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells that the client is in use.</summary>
    public void Use()
    {
        if (!_isUsed)
        {
            Wake();
        }
    }

    /// <summary>After a failure: asks soon which nodes there are, and looks at the one that was left when its pause is over.</summary>
    public void Hasten()
    {
        lock (_gate)
        {
            _discoverAfter = _discoverAfter > ShortestDiscoveryPeriod ? ShortestDiscoveryPeriod : _discoverAfter;
            Set();
        }
    }

    /// <summary>
    /// What is known proved wrong: asks soon. Where the answers do not help, as when a node that leads cannot be reached from
    /// here, it asks less and less.
    /// </summary>
    public void Suspect()
    {
        if (_isSuspect || !_options.DiscoverNodes)
        {
            return;
        }

        lock (_gate)
        {
            _isSuspect = true;
            _discoverAfter = _discoverAfter > _suspicionPause ? _suspicionPause : _discoverAfter;
            Set();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task round;
        lock (_gate)
        {
            round = _round;
        }

        await round.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Wake()
    {
        lock (_gate)
        {
            _isUsed = true;
            if (_isAsleep)
            {
                _isAsleep = false;
                Set();
            }
        }
    }

    /// <summary>Sets the timer to what is due first. Under the gate.</summary>
    private void Set()
    {
        if (_isRunning || _isAsleep || _stop.IsCancellationRequested)
        {
            return;
        }

        TimeSpan due = _options.DiscoverNodes ? UntilDiscovery() : DiscoveryPeriod;
        foreach (RpcChannel node in _nodes.Nodes)
        {
            if (node.IsLeft && node.PauseLeft < due)
            {
                due = node.PauseLeft;
            }
        }

        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan UntilDiscovery()
    {
        TimeSpan left = _discoverAfter == TimeSpan.Zero ? TimeSpan.Zero : _discoverAfter - _options.TimeProvider.GetElapsedTime(_discovered);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_isRunning || _stop.IsCancellationRequested)
            {
                return;
            }

            if (!_isUsed)
            {
                _isAsleep = true;
                return;
            }

            _isUsed = false;
            _isRunning = true;
            _round = RunAsync(discover: _options.DiscoverNodes && UntilDiscovery() == TimeSpan.Zero);
        }
    }

    /// <summary>One round; it never throws.</summary>
    private async Task RunAsync(bool discover)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            List<Task> calls = [.. _nodes.Nodes.Where(node => node.IsLeft && node.PauseLeft == TimeSpan.Zero).Select(node => AskAsync(node))];
            if (discover)
            {
                calls.Add(DiscoverAsync());
            }

            await Task.WhenAll(calls).ConfigureAwait(false);
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
        {
            // The client is being closed.
        }

        lock (_gate)
        {
            _isRunning = false;
            Set();
        }
    }

    private async Task DiscoverAsync()
    {
        bool isSuspect;
        lock (_gate)
        {
            _discovered = _options.TimeProvider.GetTimestamp();
            _discoverAfter = DiscoveryPeriod;
            isSuspect = _isSuspect;
            TimeSpan doubled = _suspicionPause * 2;
            _suspicionPause = !isSuspect ? ShortestDiscoveryPeriod : doubled < DiscoveryPeriod ? doubled : DiscoveryPeriod;
        }

        if (await AskAsync(_nodes.Selected).ConfigureAwait(false) is { } account)
        {
            _nodes.Learn(account, isSuspect);
        }

        _isSuspect = false;
    }

    /// <summary>Asks one node who it is; the channel itself tells the set whether it answered.</summary>
    private async Task<Wire.AccountInfo?> AskAsync(RpcChannel node)
    {
        Attempt<Wire.AccountInfo> attempt = await node
            .CallAsync(RpcMethods.GetAccount, new Wire.GetAccountRequest(), new Deadline(_options.TimeProvider, _options.NodeTimeout * 2), _stop.Token)
            .ConfigureAwait(false);
        return attempt.IsOk ? attempt.ValueOrThrow() : null;
    }
}
