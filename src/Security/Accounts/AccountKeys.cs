using Nacre.Core;
using Nacre.Core.Control;
using Nacre.Core.Time;

namespace Nacre.Security.Accounts;

/// <summary>The account's four keys. The control shard holds each sealed, as a record of its own.</summary>
/// <remarks>Not thread-safe; never changed. Disposal clears the keys.</remarks>
// Invariants:
// - One key of each kind, in the order of the kinds.
public sealed class AccountKeys : IDisposable
{
    private const int KeyCount = 4;

    private readonly AccountKey[] _keys;

    private AccountKeys(AccountKey[] keys)
    {
        Invariant.Check(keys.Length == KeyCount);
        for (int i = 0; i < KeyCount; i++)
        {
            Invariant.Check((int)keys[i].Kind == i + 1);
        }

        _keys = keys;
    }

    /// <summary>The keys, in the order of their kinds.</summary>
    public IReadOnlyList<AccountKey> All => _keys;

    /// <summary>One of the keys.</summary>
    public AccountKey this[AccountKeyKind kind] => _keys[(int)kind - 1];

    /// <summary>Draws four new keys, for a cluster's first start.</summary>
    public static AccountKeys Draw(TimeProvider time, IRandomSource random) =>
        new([.. Enum.GetValues<AccountKeyKind>().Select(kind => AccountKey.Draw(kind, time, random))]);

    /// <summary>Joins keys that were opened one by one; they are this object's from now on.</summary>
    /// <param name="keys">One of each kind.</param>
    public static AccountKeys Of(IEnumerable<AccountKey> keys) => new([.. keys.OrderBy(key => key.Kind)]);

    /// <summary>The same keys but one, which is drawn anew. Whoever signs with the old one is refused from then on.</summary>
    /// <param name="kind">The key to replace.</param>
    /// <param name="time">Stamps the new key.</param>
    /// <param name="random">Draws it; cryptographic in the product.</param>
    /// <returns>Another object, to be disposed by the caller like this one.</returns>
    public AccountKeys Regenerate(AccountKeyKind kind, TimeProvider time, IRandomSource random) =>
        new([.. _keys.Select(key => key.Kind == kind ? AccountKey.Draw(kind, time, random) : key.Copy())]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AccountKey key in _keys)
        {
            key.Dispose();
        }
    }
}
