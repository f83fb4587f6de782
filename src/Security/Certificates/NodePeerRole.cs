namespace Nacre.Security.Certificates;

/// <summary>Which end of a connection between nodes a certificate was shown at.</summary>
public enum NodePeerRole
{
    /// <summary>The node that dials.</summary>
    Dialling = 0,

    /// <summary>The node that was dialled.</summary>
    Listening = 1,
}
