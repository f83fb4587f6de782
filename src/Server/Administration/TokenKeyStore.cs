using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Replication.Catalogue;
using Nacre.Security.Keys;
using Nacre.Security.Tokens;

namespace Nacre.Server.Administration;

/// <summary>The keys of resource tokens: sealed in the catalogue, open in memory, in force in the directory that tokens are checked against.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TokenKeyStore : IDisposable
{
    // Invariants:
    // - the directory holds exactly the catalogue's keys, as of the last change.
    private readonly CatalogCoordinator _coordinator;
    private readonly ICatalogReader _catalog;
    private readonly SecretSealer _sealer;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly OneAtATime _changes = new();

    private TokenKeyStore(CatalogCoordinator coordinator, ICatalogReader catalog, SecretSealer sealer, TimeProvider time, IRandomSource random)
    {
        _coordinator = coordinator;
        _catalog = catalog;
        _sealer = sealer;
        _time = time;
        _random = random;
    }

    /// <summary>The keys in force.</summary>
    public TokenKeyDirectory Directory { get; } = new();

    /// <summary>Opens the catalogue's keys; draws and stores the first when there is none yet.</summary>
    /// <returns>The store; Corrupt or Unsupported for records that do not open, and what a proposal is refused with.</returns>
    public static async Task<Result<TokenKeyStore>> OpenAsync(
        CatalogCoordinator coordinator, ICatalogReader catalog, SecretSealer sealer, TimeProvider time, IRandomSource random,
        CancellationToken cancellationToken)
    {
        if (catalog.Current.TokenKeys.IsEmpty)
        {
            using TokenKey first = TokenKey.Draw(1, time, random);
            var command = new SetTokenKey(first.Generation, first.Seal(sealer), KeepsPrevious: true, Expected: default);
            if (await SealedKeys.WriteAsync(coordinator, [command], cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }
        }

        Result<List<TokenKey>> opened = SealedKeys.Open(catalog.Current.TokenKeys, record => TokenKey.Open(record.Sealed.Span, sealer));
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        var store = new TokenKeyStore(coordinator, catalog, sealer, time, random);
        store.Directory.Replace(opened.Value);
        return store;
    }

    /// <summary>Draws the key anew. Answered once tokens are made under the new one, and those to be revoked are refused.</summary>
    /// <param name="revoke">Whether no token made before is good any more.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The newest key's generation and time; or what a proposal is refused with. A repeated request is shown the key of now.</returns>
    public async Task<Result<(uint Generation, DateTimeOffset CreatedAt)>> RotateAsync(bool revoke, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<(uint Generation, DateTimeOffset CreatedAt)> drawn = await _changes.RunAsync(() => DrawAnewAsync(revoke, request), cancellationToken).ConfigureAwait(false);
        return drawn.IsOk && await _coordinator.SettleAsync(cancellationToken).ConfigureAwait(false) is { } unknown ? unknown : drawn;
    }

    private async Task<Result<(uint Generation, DateTimeOffset CreatedAt)>> DrawAnewAsync(bool revoke, EntryHeader request)
    {
        if (Follow() is { } unknown)
        {
            return unknown;
        }

        TokenKey? before = Directory.Newest;
        Invariant.Check(before is not null);
        TokenKey next = TokenKey.Draw(before.Generation + 1, _time, _random);
        var command = new SetTokenKey(next.Generation, next.Seal(_sealer), !revoke, _catalog.Current.TokenKeys[^1].Version);

        // Not cancelled: once it is proposed, the key in memory must follow the one in the catalogue.
        Result<CommandOutcome> stored = await _coordinator.ProposeAsync(command, request, CancellationToken.None).ConfigureAwait(false);
        if (!stored.IsOk || (stored.Value.Flags & CommandEffect.Repeated) != 0)
        {
            next.Dispose();
            return stored.IsOk ? (before.Generation, before.CreatedAt) : stored.Error;
        }

        Directory.Replace(revoke ? [next] : [before, next]);
        return (next.Generation, next.CreatedAt);
    }

    /// <summary>Takes over keys that another node has drawn.</summary>
    /// <returns>What keeps them from being opened, or null.</returns>
    public Task<NacreError?> FollowAsync(CancellationToken cancellationToken) => _changes.RunAsync(Follow, cancellationToken);

    /// <summary>Seals anew what is sealed under an older data key, so that the older one can be destroyed.</summary>
    /// <returns>What a proposal is refused with, or null.</returns>
    public Task<NacreError?> ResealAsync(CancellationToken cancellationToken) =>
        _changes.RunAsync(() => SealedKeys.WriteAsync(_coordinator, Stale(), cancellationToken), cancellationToken);

    private IEnumerable<ControlCommand> Stale() =>
        from record in _catalog.Current.TokenKeys
        where _sealer.IsStale(record.Sealed.Span)
        let key = Directory.All.First(key => key.Generation == record.Generation)
        select new SetTokenKey(record.Generation, key.Seal(_sealer), KeepsPrevious: true, record.Version);

    private NacreError? Follow()
    {
        Catalog catalog = _catalog.Current;
        if (catalog.TokenKeys.Select(record => record.Generation).SequenceEqual(Directory.All.Select(key => key.Generation)))
        {
            return null;
        }

        Result<List<TokenKey>> opened = SealedKeys.Open(catalog.TokenKeys, record => TokenKey.Open(record.Sealed.Span, _sealer));
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        Directory.Replace(opened.Value);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Dispose();
        _changes.Dispose();
    }
}
