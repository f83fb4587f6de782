namespace Nacre.Server.Peers;

/// <summary>How the handshake of one connection went; kept with the connection.</summary>
/// <remarks>Written by the handshake, read after it.</remarks>
internal sealed class PeerHandshake
{
    /// <summary>The connection is secured: a node of the cluster is there.</summary>
    public bool IsSecured { get; set; }

    /// <summary>The refusal was logged with its reason.</summary>
    public bool IsRefused { get; set; }
}
