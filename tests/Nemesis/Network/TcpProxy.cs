using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>
/// Stands before one node's port and takes through what the <see cref="LinkTable"/> lets through, connection by connection.
/// TCP brings every byte or none: a cut holds bytes back as its retransmissions would, and loss is a stall or a reset.
/// </summary>
// Invariants:
// - the bytes of a connection keep their order, and none is left out while it stands;
// - a connection is made only while both directions are open.
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int ChunkBytes = 64 << 10;
    private const int MostChunksUnderWay = 64;
    private const int ResetOneIn = 20;
    private static readonly TimeSpan Retransmission = TimeSpan.FromMilliseconds(200);

    private readonly int _node;
    private readonly IPEndPoint _behind;
    private readonly LinkTable _links;
    private readonly Func<IPEndPoint, int> _nodeOf;
    private readonly SeededRandom _random;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <summary>Begins to listen.</summary>
    /// <param name="node">The node behind it.</param>
    /// <param name="behind">Where that listens.</param>
    /// <param name="links">The rules.</param>
    /// <param name="nodeOf">Tells which node has dialled; 0 for none, whose bytes pass.</param>
    /// <param name="random">Draws jitter, stalls and resets.</param>
    public TcpProxy(int node, IPEndPoint behind, LinkTable links, Func<IPEndPoint, int> nodeOf, SeededRandom random)
    {
        (_node, _behind, _links, _nodeOf, _random) = (node, behind, links, nodeOf, random);
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                Socket dialled = await _listener.AcceptSocketAsync(_stopping.Token);
                open.Add(CarryAsync(dialled));
                open.RemoveAll(each => each.IsCompleted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException && _stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }

        await Task.WhenAll(open);
    }

    private async Task CarryAsync(Socket dialled)
    {
        using var target = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using (dialled)
        {
            try
            {
                dialled.NoDelay = true;
                int from = _nodeOf((IPEndPoint)dialled.RemoteEndPoint!);
                await WhileCutAsync(from, _node, ending.Token);
                await WhileCutAsync(_node, from, ending.Token);
                await target.ConnectAsync(_behind, ending.Token);
                var there = Channel.CreateBounded<(byte[] Bytes, long Due)>(MostChunksUnderWay);
                var back = Channel.CreateBounded<(byte[] Bytes, long Due)>(MostChunksUnderWay);
                Task[] parts =
                [
                    TakeAsync(dialled, there.Writer, from, _node, ending.Token), DeliverAsync(there.Reader, target, from, _node, ending.Token),
                    TakeAsync(target, back.Writer, _node, from, ending.Token), DeliverAsync(back.Reader, dialled, _node, from, ending.Token),
                ];
                await foreach (Task part in Task.WhenEach(parts))
                {
                    await part;
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One end is gone, or a reset was drawn: so is the other end.
                dialled.LingerState = new LingerOption(enable: true, seconds: 0);
                target.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            finally
            {
                await ending.CancelAsync();
            }
        }
    }

    private async Task TakeAsync(Socket source, ChannelWriter<(byte[] Bytes, long Due)> underWay, int from, int to, CancellationToken ending)
    {
        byte[] buffer = new byte[ChunkBytes];
        long last = 0;
        int read;
        while ((read = await source.ReceiveAsync(buffer, ending)) > 0)
        {
            LinkRule rule = _links[from, to];
            TimeSpan wait = rule.Delay + (rule.Jitter * (_random.Next(1000) / 1000d)) + LossOf(rule);
            last = Math.Max(last, Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency));
            await underWay.WriteAsync((buffer[..read], last), ending);
        }

        underWay.Complete();
    }

    private async Task DeliverAsync(ChannelReader<(byte[] Bytes, long Due)> underWay, Socket sink, int from, int to, CancellationToken ending)
    {
        await foreach ((byte[] bytes, long due) in underWay.ReadAllAsync(ending))
        {
            await UntilAsync(due, ending);
            await WhileCutAsync(from, to, ending);
            for (ReadOnlyMemory<byte> rest = bytes; !rest.IsEmpty;)
            {
                rest = rest[await sink.SendAsync(rest, ending)..];
            }

            if (_links[from, to].BytesPerSecond is > 0 and var rate)
            {
                await Task.Delay(TimeSpan.FromSeconds(bytes.Length / (double)rate), ending);
            }
        }

        sink.Shutdown(SocketShutdown.Send);
    }

    private TimeSpan LossOf(LinkRule rule)
    {
        if (rule.Loss <= 0 || _random.Next(10_000) >= rule.Loss * 10_000)
        {
            return TimeSpan.Zero;
        }

        return _random.OneIn(ResetOneIn) ? throw new SocketException((int)SocketError.ConnectionReset) : Retransmission;
    }

    private async Task WhileCutAsync(int from, int to, CancellationToken ending)
    {
        for (Task changed = _links.Changed; _links[from, to].IsCut; changed = _links.Changed)
        {
            await changed.WaitAsync(ending);
        }
    }

    private static async Task UntilAsync(long due, CancellationToken ending)
    {
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, ending);
        }
    }
}
