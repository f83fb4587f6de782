using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Replication.Catalogue;
using Nacre.Security.Accounts;
using Nacre.Security.Keys;

namespace Nacre.Server.Administration;

/// <summary>The account's keys: sealed in the catalogue, open in memory, in force in the directory that requests are checked against.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class AccountKeyStore : IDisposable
{
    // Invariants:
    // - the directory holds exactly the keys of _keys, and those are the catalogue's as of the last change.
    private readonly CatalogCoordinator _coordinator;
    private readonly ICatalogReader _catalog;
    private readonly SecretSealer _sealer;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly OneAtATime _changes = new();
    private AccountKeys _keys;

    private AccountKeyStore(
        CatalogCoordinator coordinator, ICatalogReader catalog, SecretSealer sealer, TimeProvider time, IRandomSource random, AccountKeys keys)
    {
        _coordinator = coordinator;
        _catalog = catalog;
        _sealer = sealer;
        _time = time;
        _random = random;
        _keys = keys;
        Directory.Replace(keys);
    }

    /// <summary>The keys in force.</summary>
    public AccountKeyDirectory Directory { get; } = new();

    /// <summary>Opens the catalogue's keys; draws and stores them when it has none yet.</summary>
    /// <returns>The store; Corrupt or Unsupported for records that do not open, and what a proposal is refused with.</returns>
    public static async Task<Result<AccountKeyStore>> OpenAsync(
        CatalogCoordinator coordinator, ICatalogReader catalog, SecretSealer sealer, TimeProvider time, IRandomSource random,
        CancellationToken cancellationToken)
    {
        if (catalog.Current.AccountKeys.Length < Enum.GetValues<AccountKeyKind>().Length)
        {
            using AccountKeys drawn = AccountKeys.Draw(time, random);
            IEnumerable<ControlCommand> commands =
                from key in drawn.All
                where catalog.Current.FindAccountKey(key.Kind) is null
                select new SetAccountKey(key.Kind, key.Id.ToString(), key.Seal(sealer), Expected: default(Sequence));
            if (await SealedKeys.WriteAsync(coordinator, commands, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }
        }

        Result<List<AccountKey>> opened = SealedKeys.Open(catalog.Current.AccountKeys, record => AccountKey.Open(record.Sealed.Span, sealer));
        return opened.IsOk
            ? new AccountKeyStore(coordinator, catalog, sealer, time, random, AccountKeys.Of(opened.Value))
            : opened.Error;
    }

    /// <summary>Runs something over the keys of now, which must not be kept.</summary>
    public Task<T> WithKeysAsync<T>(Func<AccountKeys, T> use, CancellationToken cancellationToken) =>
        _changes.RunAsync(() => use(_keys), cancellationToken);

    /// <summary>Draws one key anew. Answered once whoever signs with the old one is refused.</summary>
    /// <param name="kind">The key.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="show">Takes what the caller is told off the new key, which must not be kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What <paramref name="show"/> gave; or what a proposal is refused with. A repeated request is shown the key of now.</returns>
    public async Task<Result<T>> RegenerateAsync<T>(
        AccountKeyKind kind, EntryHeader request, Func<AccountKey, T> show, CancellationToken cancellationToken)
    {
        Result<T> shown = await _changes.RunAsync(() => DrawAnewAsync(kind, request, show), cancellationToken).ConfigureAwait(false);
        return shown.IsOk && await _coordinator.SettleAsync(cancellationToken).ConfigureAwait(false) is { } unknown ? unknown : shown;
    }

    private async Task<Result<T>> DrawAnewAsync<T>(
        AccountKeyKind kind, EntryHeader request, Func<AccountKey, T> show)
    {
        if (Follow() is { } unknown)
        {
            return unknown;
        }

        AccountKeyRecord? before = _catalog.Current.FindAccountKey(kind);
        Invariant.Check(before is not null);
        AccountKeys next = _keys.Regenerate(kind, _time, _random);
        var command = new SetAccountKey(kind, next[kind].Id.ToString(), next[kind].Seal(_sealer), before.Version);

        // Not cancelled: once it is proposed, the key in memory must follow the one in the catalogue.
        Result<CommandOutcome> stored = await _coordinator.ProposeAsync(command, request, CancellationToken.None).ConfigureAwait(false);
        if (!stored.IsOk || (stored.Value.Flags & CommandEffect.Repeated) != 0)
        {
            next.Dispose();
            return stored.IsOk ? show(_keys[kind]) : stored.Error;
        }

        AccountKeys old = _keys;
        _keys = next;
        Directory.Replace(next);
        old.Dispose();
        return show(next[kind]);
    }

    /// <summary>Takes over keys that another node has drawn.</summary>
    /// <returns>What keeps them from being opened, or null.</returns>
    public Task<NacreError?> FollowAsync(CancellationToken cancellationToken) => _changes.RunAsync(Follow, cancellationToken);

    /// <summary>Seals anew what is sealed under an older data key, so that the older one can be destroyed.</summary>
    /// <returns>What a proposal is refused with, or null.</returns>
    public Task<NacreError?> ResealAsync(CancellationToken cancellationToken) =>
        _changes.RunAsync(() => SealedKeys.WriteAsync(_coordinator, Stale(), cancellationToken), cancellationToken);

    private IEnumerable<ControlCommand> Stale() =>
        from record in _catalog.Current.AccountKeys
        where _sealer.IsStale(record.Sealed.Span)
        select new SetAccountKey(record.Kind, record.KeyId, _keys[record.Kind].Seal(_sealer), record.Version);

    private NacreError? Follow()
    {
        Catalog catalog = _catalog.Current;
        if (catalog.AccountKeys.All(record => _keys[record.Kind].Id.ToString() == record.KeyId))
        {
            return null;
        }

        Result<List<AccountKey>> opened = SealedKeys.Open(catalog.AccountKeys, record => AccountKey.Open(record.Sealed.Span, _sealer));
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        AccountKeys old = _keys;
        _keys = AccountKeys.Of(opened.Value);
        Directory.Replace(_keys);
        old.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Dispose();
        _keys.Dispose();
        _changes.Dispose();
    }
}
