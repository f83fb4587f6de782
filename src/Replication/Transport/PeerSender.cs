using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Replication.Transport;

/// <summary>Keeps one stream to one peer, and writes to it what waits.</summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - at most one stream is open, and one write under way;
// - after a stream broke, or could not be opened, the receiver was told before the next attempt.
internal sealed class PeerSender : IAsyncDisposable
{
    private readonly NodeId _peer;
    private readonly string _endpoint;
    private readonly IPeerConnector _connector;
    private readonly IReplicaReceiver _receiver;
    private readonly TransportOptions _options;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public PeerSender(
        NodeId peer, string endpoint, IPeerConnector connector, IReplicaReceiver receiver, TransportOptions options,
        TimeProvider time, IRandomSource random, ILogger logger)
    {
        (_peer, _endpoint, _connector, _receiver, _options) = (peer, endpoint, connector, receiver, options);
        (_time, _random, _logger) = (time, random, logger);
        Queue = new PeerQueue(options.MaxQueuedBytes, options.FrameBytes);
        _running = RunAsync();
    }

    /// <summary>What waits.</summary>
    public PeerQueue Queue { get; }

    /// <summary>Where the peer is dialled.</summary>
    public string Endpoint => _endpoint;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        // Whoever makes the sender is not kept by its first attempt.
        await Task.Yield();
        int failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            Result<IPeerLink> opened = await ConnectAsync();
            if (opened.IsOk)
            {
                failures = 0;
                Log.PeerReached(_logger, _peer, _endpoint);
                await using IPeerLink stream = opened.Value;
                await PumpAsync(stream);
            }
            else if (++failures == 1 && !_stopping.IsCancellationRequested)
            {
                Log.PeerUnreachable(_logger, _peer, _endpoint, opened.Error.Code, opened.Error.Message);
            }

            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            if (opened.IsOk)
            {
                Log.PeerLost(_logger, _peer, _endpoint);
            }

            Queue.Clear();
            _receiver.Unreachable(_peer);
            await PauseAsync(failures);
        }
    }

    private async Task<Result<IPeerLink>> ConnectAsync()
    {
        using var patience = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        try
        {
            return await _connector.ConnectAsync(_peer, _endpoint, either.Token);
        }
        catch (OperationCanceledException)
        {
            return new NacreError(ErrorCode.Unavailable, "It did not answer in time.");
        }
    }

    private async Task PumpAsync(IPeerLink stream)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        Task watching = WatchAsync(stream, broken);
        try
        {
            while (true)
            {
                // Only what finds nothing waits: a wait that can be cancelled costs as much as a small frame.
                if (Queue.TakeFrame() is { } frame)
                {
                    await stream.WriteAsync(frame, broken.Token);
                }
                else
                {
                    await Queue.WhenFilledAsync().WaitAsync(broken.Token);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The caller tells of it.
        }

        await broken.CancelAsync();
        await watching;
    }

    private static async Task WatchAsync(IPeerLink stream, CancellationTokenSource broken)
    {
        try
        {
            await stream.Closed.WaitAsync(broken.Token);
            await broken.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The writer found out first, or the node stops.
        }
    }

    /// <summary>Waits between half of a growing time and all of it, so that the nodes of a cluster do not dial in step.</summary>
    private async Task PauseAsync(int failures)
    {
        double most = Math.Min(
            _options.MaxBackoff.TotalMilliseconds, _options.FirstBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(Math.Max(0, failures - 1), 16)));
        byte[] drawn = new byte[sizeof(uint)];
        _random.Fill(drawn);
        double share = 0.5 + (BinaryPrimitives.ReadUInt32LittleEndian(drawn) / (2.0 * uint.MaxValue));
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(most * share), _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
