namespace Nacre.Security.Tokens;

/// <summary>The keys that tokens may be under: the newest, which makes them, and the one before.</summary>
/// <remarks>Thread-safe. A lookup takes no lock. Owns the keys.</remarks>
// Invariants:
// - a key that leaves is withdrawn after its successors are in force, and never comes back.
public sealed class TokenKeyDirectory : IDisposable
{
    private readonly Lock _changes = new();
    private TokenKey[] _inForce = [];

    /// <summary>The keys in force, oldest first.</summary>
    public IReadOnlyList<TokenKey> All => Volatile.Read(ref _inForce);

    /// <summary>The key that tokens are made under; null before there is any.</summary>
    public TokenKey? Newest => Volatile.Read(ref _inForce) is [.., var newest] ? newest : null;

    /// <summary>Puts keys in force, and withdraws at once those that are no longer among them.</summary>
    /// <param name="keys">Oldest first; they are this object's from now on.</param>
    public void Replace(IReadOnlyList<TokenKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (_changes)
        {
            TokenKey[] before = _inForce;
            Volatile.Write(ref _inForce, [.. keys]);
            foreach (TokenKey gone in before.Except(keys))
            {
                gone.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Replace([]);

    /// <summary>Finds a key by its generation, which is no secret.</summary>
    internal TokenKey? Find(uint generation)
    {
        foreach (TokenKey key in Volatile.Read(ref _inForce))
        {
            if (key.Generation == generation)
            {
                return key;
            }
        }

        return null;
    }
}
