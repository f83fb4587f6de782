using System.Collections.Concurrent;
using Nacre.Security.Authentication;

namespace Nacre.Security.Tokens;

/// <summary>The credentials of tokens used lately: a full generation becomes the old one, and what is not used in time goes with it.</summary>
/// <param name="capacity">Credentials of one generation.</param>
/// <remarks>
/// Thread-safe. What is forgotten is left to the collector: a request may be using it, and the secret in it lives a day
/// at most.
/// </remarks>
internal sealed class RecentCredentials(int capacity)
{
    private readonly Lock _turning = new();
    private ConcurrentDictionary<ResourceToken, Credential> _young = new();
    private ConcurrentDictionary<ResourceToken, Credential> _old = new();
    private int _count;

    /// <summary>Finds a credential; null when it is not remembered.</summary>
    public Credential? Find(in ResourceToken token)
    {
        if (Volatile.Read(ref _young).TryGetValue(token, out Credential? credential))
        {
            return credential;
        }

        return Volatile.Read(ref _old).TryGetValue(token, out credential) ? Add(token, credential) : null;
    }

    /// <summary>Remembers a credential.</summary>
    /// <returns>The one that is remembered: of two that come at once, the first.</returns>
    public Credential Add(in ResourceToken token, Credential credential)
    {
        Credential kept = Volatile.Read(ref _young).GetOrAdd(token, credential);
        if (ReferenceEquals(kept, credential) && Interlocked.Increment(ref _count) >= capacity)
        {
            Turn();
        }

        return kept;
    }

    private void Turn()
    {
        lock (_turning)
        {
            if (Volatile.Read(ref _count) >= capacity)
            {
                Volatile.Write(ref _old, _young);
                Volatile.Write(ref _young, new ConcurrentDictionary<ResourceToken, Credential>());
                Volatile.Write(ref _count, 0);
            }
        }
    }
}
