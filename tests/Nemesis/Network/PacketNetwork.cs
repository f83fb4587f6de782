using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>
/// Each node in a network namespace of its own; this program is the cable between them and takes every packet through
/// <see cref="PacketRules"/>. Clients, in this program's own namespace, hang on the same cable.
/// </summary>
/// <remarks>Takes root, <c>ip</c> and /dev/net/tun.</remarks>
internal sealed class PacketNetwork : INetwork
{
    private const int ClientHost = 200;
    private const int MostPacketBytes = 4000;
    private const int PatienceMs = 100;

    private readonly string _prefix = FreePrefix();
    private readonly PacketRules _rules;
    private readonly ConcurrentDictionary<int, Tunnel> _tunnels = new();
    private readonly ConcurrentBag<Thread> _readers = [];
    private readonly PriorityQueue<(int To, byte[] Packet), long> _late = new();
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Thread _deliverer;
    private volatile bool _isStopping;

    /// <summary>Makes the cable, with the clients on it.</summary>
    public PacketNetwork(SeededRandom random)
    {
        _rules = new PacketRules(Links, random);
        Tunnel clients = Plug(0, ClientHost);
        Ip($"address add {_prefix}{ClientHost}/24 dev {clients.Name}");
        Ip($"link set {clients.Name} mtu {MostPacketBytes} up");
        _deliverer = new Thread(DeliverLate) { IsBackground = true, Name = "late packets" };
        _deliverer.Start();
    }

    /// <inheritdoc/>
    public LinkTable Links { get; } = new();

    /// <inheritdoc/>
    public bool HasPackets => true;

    /// <inheritdoc/>
    public string Name => "network namespaces; loss, duplication and reordering of single packets";

    /// <summary>Why it cannot be had here; null when it can.</summary>
    public static string? WhyNot()
    {
        if (Environment.UserName != "root" || !File.Exists("/dev/net/tun"))
        {
            return "network namespaces take root and /dev/net/tun";
        }

        string probe = $"nacre-probe-{Environment.ProcessId}";
        return Tool.Run("ip", "netns", "add", probe) is { IsOk: false } failed
            ? $"'ip netns add' failed: {failed.Output}"
            : Tool.Run("ip", "netns", "delete", probe) is { IsOk: false } left ? left.Output : null;
    }

    /// <inheritdoc/>
    public NodeAddresses Add(int node)
    {
        string space = SpaceOf(node);
        Tunnel tunnel = Plug(node, node);
        Ip($"netns add {space}");
        Ip($"link set {tunnel.Name} netns {space}");
        Ip($"-netns {space} link set lo up");
        Ip($"-netns {space} address add {_prefix}{node}/24 dev {tunnel.Name}");
        Ip($"-netns {space} link set {tunnel.Name} mtu {MostPacketBytes} up");
        string host = _prefix + node.ToString(CultureInfo.InvariantCulture);
        return new NodeAddresses($"{host}:8081", $"{host}:8082", $"{host}:8082");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> LauncherOf(int node) => ["ip", "netns", "exec", SpaceOf(node)];

    /// <inheritdoc/>
    public void Started(int node, int process)
    {
        // The address tells who sends.
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isStopping = true;
        _wake.Set();
        _deliverer.Join();
        foreach (Thread reader in _readers)
        {
            reader.Join();
        }

        foreach ((int node, Tunnel tunnel) in _tunnels)
        {
            tunnel.Dispose();
            if (node > 0)
            {
                Tool.Run("ip", "netns", "delete", SpaceOf(node));
            }
        }

        _wake.Dispose();
        return default;
    }

    /// <summary>A network of 256 addresses that no interface here has: other runs may be under way.</summary>
    private static string FreePrefix()
    {
        string taken = Tool.Run("ip", "-brief", "address", "show").Output;
        return Enumerable.Range(1, 254).Select(third => string.Create(CultureInfo.InvariantCulture, $"10.213.{third}."))
            .First(prefix => !taken.Contains(prefix, StringComparison.Ordinal));
    }

    private static string SpaceOf(int node) => string.Create(CultureInfo.InvariantCulture, $"nacre-{Environment.ProcessId}-{node}");

    private static void Ip(string arguments)
    {
        if (Tool.Run("ip", arguments.Split(' ')) is { IsOk: false } failed)
        {
            throw new InvalidOperationException($"ip {arguments}: {failed.Output}");
        }
    }

    private Tunnel Plug(int node, int host)
    {
        var tunnel = new Tunnel(string.Create(CultureInfo.InvariantCulture, $"nem{Environment.ProcessId % 100_000}x{host}"));
        _tunnels[node] = tunnel;
        var reader = new Thread(() => Read(tunnel)) { IsBackground = true, Name = tunnel.Name };
        _readers.Add(reader);
        reader.Start();
        return tunnel;
    }

    private void Read(Tunnel tunnel)
    {
        byte[] buffer = new byte[MostPacketBytes];
        while (!_isStopping)
        {
            int length = tunnel.Read(buffer, PatienceMs);
            if (length >= 20 && buffer[0] >> 4 == 4)
            {
                Route(buffer.AsSpan(0, length));
            }
        }
    }

    private void Route(ReadOnlySpan<byte> packet)
    {
        // The last byte of source and destination in an IPv4 header.
        (int from, int to) = (NodeOf(packet[15]), NodeOf(packet[19]));
        long now = Stopwatch.GetTimestamp();
        foreach (long due in _rules.DueTimes(from, to, packet.Length, now))
        {
            if (due <= now)
            {
                Send(to, packet);
                continue;
            }

            lock (_gate)
            {
                _late.Enqueue((to, packet.ToArray()), due);
            }

            _wake.Set();
        }
    }

    private static int NodeOf(byte host) => host == ClientHost ? 0 : host;

    private void Send(int to, ReadOnlySpan<byte> packet)
    {
        if (_tunnels.TryGetValue(to, out Tunnel? tunnel))
        {
            tunnel.Write(packet);
        }
    }

    private void DeliverLate()
    {
        while (!_isStopping)
        {
            TimeSpan wait = TimeSpan.FromMilliseconds(PatienceMs);
            byte[]? packet = null;
            int to = 0;
            lock (_gate)
            {
                if (_late.TryPeek(out (int To, byte[] Packet) first, out long due))
                {
                    wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                    if (wait <= TimeSpan.Zero)
                    {
                        (to, packet) = first;
                        _late.Dequeue();
                    }
                }
            }

            if (packet is not null)
            {
                Send(to, packet);
            }
            else
            {
                _wake.WaitOne(wait < TimeSpan.FromMilliseconds(PatienceMs) ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.FromMilliseconds(PatienceMs));
            }
        }
    }
}
