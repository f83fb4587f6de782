using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>The proxy before a server that sends back what it gets: node 2, dialled by node 1.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class TcpProxyTests
{
    private static readonly LinkRule Cut = new() { IsCut = true };

    private readonly LinkTable _links = new();
    private TcpListener _server = null!;
    private TcpProxy _proxy = null!;
    private int _accepted;

    [SetUp]
    public void Start()
    {
        _accepted = 0;
        _links.Heal();
        _server = new TcpListener(IPAddress.Loopback, 0);
        _server.Start();
        _ = EchoAsync();
        _proxy = new TcpProxy(2, (IPEndPoint)_server.LocalEndpoint, _links, _ => 1, new SeededRandom(1));
    }

    [TearDown]
    public async Task Stop()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Bytes_WithoutARule_ComeThroughBothWays(CancellationToken cancellationToken)
    {
        using Socket client = await DialAsync(cancellationToken);

        Assert.That(await AskAsync(client, 7, cancellationToken), Is.EqualTo(7));
    }

    [TestCase(1, 2)]
    [TestCase(2, 1)]
    public async Task Bytes_OverACutDirection_ComeWhenItHeals(int from, int to, CancellationToken cancellationToken)
    {
        using Socket client = await DialAsync(cancellationToken);
        await AskAsync(client, 1, cancellationToken);
        _links[from, to] = Cut;

        Task<int> asked = AskAsync(client, 9, cancellationToken);
        Task early = await Task.WhenAny(asked, Task.Delay(200, cancellationToken));
        _links.Heal();

        Assert.That(early, Is.Not.SameAs(asked), "it came through the cut");
        Assert.That(await asked, Is.EqualTo(9));
    }

    [TestCase(1, 2)]
    [TestCase(2, 1)]
    public async Task Connection_WhileEitherDirectionIsCut_IsNotMade(int from, int to, CancellationToken cancellationToken)
    {
        _links[from, to] = Cut;
        using Socket client = await DialAsync(cancellationToken);
        Task<int> asked = AskAsync(client, 3, cancellationToken);
        await Task.WhenAny(asked, Task.Delay(200, cancellationToken));
        int before = _accepted;
        _links.Heal();

        Assert.That(before, Is.Zero);
        Assert.That(await asked, Is.EqualTo(3));
    }

    [Test]
    public async Task Bytes_OverASlowLink_AreDelayedOnce(CancellationToken cancellationToken)
    {
        using Socket client = await DialAsync(cancellationToken);
        await AskAsync(client, 1, cancellationToken);
        _links[1, 2] = new LinkRule { Delay = TimeSpan.FromMilliseconds(150) };
        long began = Stopwatch.GetTimestamp();

        await AskAsync(client, 2, cancellationToken);

        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(150)));
    }

    [Test]
    public async Task Bytes_OverANarrowLink_TakeTheirTime(CancellationToken cancellationToken)
    {
        using Socket client = await DialAsync(cancellationToken);
        _links[2, 1] = new LinkRule { BytesPerSecond = 100_000 };
        long began = Stopwatch.GetTimestamp();
        await client.SendAsync(new byte[30_000], cancellationToken);
        byte[] buffer = new byte[30_000];
        for (int have = 0; have < buffer.Length;)
        {
            have += await client.ReceiveAsync(buffer.AsMemory(have), cancellationToken);
        }

        // The pause follows what was sent: of the last part it is not waited for.
        await AskAsync(client, 1, cancellationToken);
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(290)));
    }

    [Test]
    public async Task Connection_WhoseServerIsGone_Ends(CancellationToken cancellationToken)
    {
        _server.Stop();

        int read;
        try
        {
            using Socket client = await DialAsync(cancellationToken);
            read = await client.ReceiveAsync(new byte[1], cancellationToken);
        }
        catch (SocketException)
        {
            // Reset, before or after it was told that it is connected.
            read = 0;
        }

        Assert.That(read, Is.Zero);
    }

    private static async Task<int> AskAsync(Socket client, byte value, CancellationToken cancellationToken)
    {
        await client.SendAsync(new[] { value }, cancellationToken);
        byte[] answer = new byte[1];
        return await client.ReceiveAsync(answer, cancellationToken) == 1 ? answer[0] : -1;
    }

    private async Task<Socket> DialAsync(CancellationToken cancellationToken)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(_proxy.EndPoint, cancellationToken);
        return client;
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                Socket accepted = await _server.AcceptSocketAsync();
                Interlocked.Increment(ref _accepted);
                _ = EchoAsync(accepted);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task EchoAsync(Socket accepted)
    {
        using (accepted)
        {
            byte[] buffer = new byte[4096];
            try
            {
                for (int read; (read = await accepted.ReceiveAsync(buffer)) > 0;)
                {
                    await accepted.SendAsync(buffer.AsMemory(0, read));
                }
            }
            catch (SocketException)
            {
                // The client is gone.
            }
        }
    }
}
