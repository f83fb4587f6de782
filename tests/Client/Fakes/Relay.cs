using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Client.Tests.Fakes;

/// <summary>
/// A port of its own in front of a server, as a node of a cluster has one: it can refuse, keep silent, and break off, while
/// the server behind it, and so what is stored, goes on.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private volatile TcpListener? _listener;
    private volatile TaskCompletionSource _flows = Done();
    private Task _accepting = Task.CompletedTask;
    private int _accepted;

    public Relay(Uri target)
    {
        _target = target.Port;
        Start(0);
        Endpoint = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener!.LocalEndpoint).Port}");
    }

    public Uri Endpoint { get; }

    /// <summary>As servers see it.</summary>
    public string Host => Endpoint.Authority;

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Is gone: breaks off what is open and refuses what comes.</summary>
    public void Die()
    {
        TcpListener? listener = _listener;
        _listener = null;
        listener?.Dispose();
        Cut();
    }

    /// <summary>Is there again, at the same address.</summary>
    public void Revive()
    {
        _flows.TrySetResult();
        _flows = Done();
        Start(Endpoint.Port);
    }

    /// <summary>Keeps all connections, accepts others, and says nothing: a stopped process, or a partition.</summary>
    public void Freeze() => _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Goes on where it stopped.</summary>
    public void Thaw() => _flows.TrySetResult();

    /// <summary>Breaks off every connection.</summary>
    public void Cut()
    {
        foreach (Socket socket in _open.Keys)
        {
            try
            {
                // A reset, not an orderly end.
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (ObjectDisposedException)
            {
                // It ends by itself just now.
            }

            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Die();
        await _accepting;
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private void Start(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _open[near] = true;
                if (!ReferenceEquals(_listener, listener))
                {
                    // It died while this one came in.
                    near.Dispose();
                }

                _pumps.Add(ServeAsync(near));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The relay died.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _open[far] = true;
        try
        {
            near.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone, so the other goes.
        }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var read and > 0)
            {
                await _flows.Task.WaitAsync(_stop.Token);
                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // As above.
        }
    }
}
