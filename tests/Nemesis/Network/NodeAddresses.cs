namespace Nacre.Nemesis.Tests.Network;

/// <summary>Where a node is, all as HOST:PORT.</summary>
/// <param name="Client">Where it serves clients.</param>
/// <param name="PeerListen">Where it listens for other nodes.</param>
/// <param name="PeerAddress">Where other nodes dial it.</param>
internal sealed record NodeAddresses(string Client, string PeerListen, string PeerAddress);
