using System.Collections.Concurrent;

namespace Nacre.Client.Transport;

/// <summary>What the client's session has written and seen, container by container. It outlives connections and goes along to other nodes.</summary>
/// <param name="isOn">Whether answers are asked for session tokens from the beginning.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionStore(bool isOn)
{
    private readonly ConcurrentDictionary<ContainerName, ContainerSession> _containers = new();
    private volatile bool _isOn = isOn;

    /// <summary>Whether answers are asked for session tokens.</summary>
    public bool IsOn => _isOn;

    /// <summary>The session in a container.</summary>
    public ContainerSession Of(ContainerName container) => _containers.GetOrAdd(container, static _ => new ContainerSession());

    /// <summary>Somebody reads at session level: from here on answers are asked for tokens.</summary>
    public void TurnOn() => _isOn = true;
}
