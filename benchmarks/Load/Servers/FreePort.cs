using System.Net;
using System.Net.Sockets;

namespace Nacre.Benchmarks.Load.Servers;

/// <summary>Finds loopback ports for servers that cannot choose one themselves.</summary>
internal static class FreePort
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
