using Nacre.Client.Transport;

namespace Nacre.Client.Streaming;

/// <summary>What the server of one stream knows of the client's session in one container.</summary>
/// <param name="session">The session.</param>
/// <remarks>Not thread-safe: the stream's, under its gate.</remarks>
internal sealed class ToldContainer(ContainerSession session)
{
    private readonly Dictionary<ulong, ulong> _told = [];
    private long _version = -1;

    /// <summary>What a read must tell; from then on the server knows.</summary>
    /// <param name="given">What the caller gives besides; null for nothing.</param>
    /// <param name="isSession">Whether the read asks for session level by name.</param>
    public string Tell(string? given, bool isSession)
    {
        string newer = "";
        if (session.Version is var version && version != _version)
        {
            newer = session.NewerThan(_told);
            _version = version;
        }

        return session.Complete(newer, given, isSession);
    }

    /// <summary>The server told something: it knows that itself.</summary>
    public void Hear(string token)
    {
        session.Observe(token);
        if (ContainerSession.TryRead(token, out _, out ulong range, out ulong lsn) && lsn > _told.GetValueOrDefault(range))
        {
            _told[range] = lsn;
        }
    }
}
