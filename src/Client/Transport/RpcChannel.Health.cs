using System.Net.Sockets;

namespace Nacre.Client.Transport;

internal sealed partial class RpcChannel
{
    // Invariants: written under the set's gate alone. _returnAt says when a node that is left may be tried again.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private volatile bool _isLeft;
    private volatile NacreException? _lastError;
    private volatile int _failures;
    private long _returnAt;

    /// <summary>True from its failure until it has answered.</summary>
    public bool IsLeft => _isLeft;

    /// <summary>Why it was left, the last time.</summary>
    public NacreException? LastError => _lastError;

    /// <summary>Tries that failed since it last answered, those under way together counted once.</summary>
    public int Failures => _failures;

    /// <summary>How long it is not tried again while others work; zero: it may be.</summary>
    public TimeSpan PauseLeft
    {
        get
        {
            TimeProvider time = _options.TimeProvider;
            TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _returnAt));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The node failed. Each try that fails after a pause doubles the next.</summary>
    public void MarkLeft(NacreException error)
    {
        _lastError = error;
        if (_isLeft && PauseLeft > TimeSpan.Zero)
        {
            return;
        }

        _failures++;
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 10));
        pause = (pause < LongestPause ? pause : LongestPause) * (0.75 + (Random.Shared.NextDouble() / 2));
        TimeProvider time = _options.TimeProvider;
        Volatile.Write(ref _returnAt, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
        _isLeft = true;
    }

    /// <summary>The node answered.</summary>
    public void MarkGood()
    {
        _isLeft = false;
        _failures = 0;
    }

    /// <summary>
    /// Connects, unless the node was left meanwhile: calls that waited for a connection to it, one dial after the other,
    /// go on to the next node at once.
    /// </summary>
    private async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (!_nodes.MayDial(this))
        {
            throw new IOException($"The node does not answer: {_lastError?.Message}", _lastError);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        TimeSpan patience = DialPatience;
        using var limit = new CancellationTokenSource(patience, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, either.Token).ConfigureAwait(false);
            return new FirstAnswerStream(socket, patience, _options.TimeProvider, DialFailed);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            var failure = new IOException($"The node took no connection for {patience.TotalSeconds:0.###} s.", e);
            DialFailed(failure);
            throw failure;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
            {
                DialFailed(e);
            }

            throw;
        }
    }

    /// <summary>Leaves the node here already: the handler dials for the next waiting call before it tells this one's.</summary>
    private void DialFailed(Exception cause) => _nodes.Leave(this, RpcErrors.NoConnection($"No server answers: {cause.Message}", cause));

    /// <summary>Short at first; longer each time, so that a line on which it is never enough is not one without a server.</summary>
    private TimeSpan DialPatience
    {
        get
        {
            TimeSpan patience = _options.ConnectTimeout * (1 << Math.Min(_failures, 8));
            return patience < LongestConnectTimeout ? patience : LongestConnectTimeout;
        }
    }
}
