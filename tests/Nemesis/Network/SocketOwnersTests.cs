using System.Net;
using System.Net.Sockets;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>Telling who has dialled.</summary>
[TestFixture]
internal sealed class SocketOwnersTests
{
    [TestCase(true, TestName = "NodeAt_OfASocketOfBothFamilies_IsItsProcess")]
    [TestCase(false, TestName = "NodeAt_OfASocketOfIPv4_IsItsProcess")]
    public async Task NodeAt_OfADialledSocket_IsItsProcess(bool ofBoth)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using Socket dialling = ofBoth
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await dialling.ConnectAsync(listener.LocalEndpoint);
        using Socket accepted = await listener.AcceptSocketAsync();
        int port = ((IPEndPoint)accepted.RemoteEndPoint!).Port;
        var owners = new SocketOwners();

        Assert.That(owners.NodeAt(port), Is.Zero, "nobody said whose it is");
        owners.Set(7, Environment.ProcessId);
        Assert.That(owners.NodeAt(port), Is.EqualTo(7));
    }
}
