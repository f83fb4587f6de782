using System.Collections.Concurrent;
using System.Globalization;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>Tells which node's process holds the other end of a connection on this machine, by what the kernel shows under /proc.</summary>
/// <remarks>Thread-safe. A connection's owner does not change, so the look is free of races.</remarks>
internal sealed class SocketOwners
{
    private const int LocalAddress = 1;
    private const int Inode = 9;
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    private readonly ConcurrentDictionary<int, int> _processOf = new();

    /// <summary>Says which process is a node's.</summary>
    public void Set(int node, int process) => _processOf[node] = process;

    /// <summary>The node whose process has a TCP socket with this local port; 0 for none of them.</summary>
    public int NodeAt(int localPort)
    {
        string wanted = localPort.ToString("X4", CultureInfo.InvariantCulture);

        // A socket of both families dials an address of IPv4 as one of IPv6, and is in the second table.
        foreach (string line in Tables.SelectMany(table => File.ReadLines(table).Skip(1)))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[LocalAddress].EndsWith(':' + wanted, StringComparison.Ordinal) && OwnerOf($"socket:[{fields[Inode]}]") is var node and not 0)
            {
                return node;
            }
        }

        return 0;
    }

    private int OwnerOf(string socket)
    {
        foreach ((int node, int process) in _processOf)
        {
            try
            {
                if (Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name == socket))
                {
                    return node;
                }
            }
            catch (IOException)
            {
                // The process has ended, or closed a file meanwhile: it is not the one, or no longer.
            }
        }

        return 0;
    }
}
