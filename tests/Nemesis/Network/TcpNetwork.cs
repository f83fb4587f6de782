using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>All nodes on the loopback interface, each behind a <see cref="TcpProxy"/>. Takes no privileges.</summary>
internal sealed class TcpNetwork(SeededRandom random) : INetwork
{
    private readonly SocketOwners _owners = new();
    private readonly ConcurrentBag<TcpProxy> _proxies = [];

    /// <inheritdoc/>
    public LinkTable Links { get; } = new();

    /// <inheritdoc/>
    public bool HasPackets => false;

    /// <inheritdoc/>
    public string Name => "TCP proxies on the loopback interface; loss is stalls and resets of connections";

    /// <inheritdoc/>
    public NodeAddresses Add(int node)
    {
        string listen = FreeAddress();
        var proxy = new TcpProxy(node, IPEndPoint.Parse(listen), Links, from => _owners.NodeAt(from.Port), random);
        _proxies.Add(proxy);
        return new NodeAddresses(FreeAddress(), listen, proxy.EndPoint.ToString());
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> LauncherOf(int node) => [];

    /// <inheritdoc/>
    public void Started(int node, int process) => _owners.Set(node, process);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (TcpProxy proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }

    /// <summary>A port below those that the kernel gives out by itself, so that it is still free when the node starts again.</summary>
    private string FreeAddress()
    {
        while (true)
        {
            var address = new IPEndPoint(IPAddress.Loopback, 20_000 + random.Next(10_000));
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(address);
                return string.Create(CultureInfo.InvariantCulture, $"{address}");
            }
            catch (SocketException)
            {
                // Somebody has it: draw another.
            }
        }
    }
}
