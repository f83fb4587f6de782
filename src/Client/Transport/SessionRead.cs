using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>The session that a read of many items is made in.</summary>
/// <param name="Session">What the client has written and seen; learns from the answer.</param>
/// <param name="Given">The token that the caller gave; null for the client's own.</param>
/// <param name="Level">What the read asks for.</param>
internal readonly record struct SessionRead(ContainerSession Session, string? Given, Wire.ConsistencyLevel Level)
{
    /// <summary>What the request says of the session as it is now; empty where the level takes none.</summary>
    public string Tokens => Level is Wire.ConsistencyLevel.Session or Wire.ConsistencyLevel.Unspecified
        ? Session.Tokens(Given, Level == Wire.ConsistencyLevel.Session)
        : "";
}
