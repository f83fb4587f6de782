using Microsoft.Extensions.Logging;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Catalogue;
using Nacre.Security.Keys;

namespace Nacre.Server.Administration;

/// <summary>
/// Takes everything that is stored to the current data keys while the node serves, and destroys the keys that nothing
/// needs any more. What was begun is remembered in the catalogue and goes on after a restart.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Reencryption : IAsyncDisposable
{
    // Invariants:
    // - a key is destroyed only after every store, the log, the control shard's checkpoints and every sealed secret
    //   were asked and none named it; nothing comes under a key that is not current.
    private const string Setting = "encryption.reencrypt";
    private static readonly TimeSpan RoundInterval = TimeSpan.FromSeconds(2);

    private readonly ReencryptionParts _parts;
    private readonly CatalogCoordinator _coordinator;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _beginning = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Prepares; nothing runs yet.</summary>
    /// <param name="parts">Everything that holds something sealed.</param>
    /// <param name="coordinator">Remembers that it was begun.</param>
    /// <param name="logger">Where to say what happens.</param>
    public Reencryption(ReencryptionParts parts, CatalogCoordinator coordinator, ILogger logger)
    {
        _parts = parts;
        _coordinator = coordinator;
        _logger = logger;
    }

    /// <summary>True while something under an older key is being rewritten.</summary>
    public bool IsRunning => !Volatile.Read(ref _work).IsCompleted;

    /// <summary>Begins, unless it runs already; remembered before it is answered.</summary>
    /// <param name="request">Who asks.</param>
    /// <returns>What a proposal is refused with.</returns>
    public async Task<Result<CommandOutcome>> BeginAsync(EntryHeader request)
    {
        Result<CommandOutcome> remembered = await RememberAsync("wanted", request).ConfigureAwait(false);
        if (remembered.IsOk)
        {
            Resume();
        }

        return remembered;
    }

    /// <summary>Goes on with what a node before this start had begun.</summary>
    public void Resume()
    {
        lock (_beginning)
        {
            if (_work.IsCompleted && !_stopping.IsCancellationRequested && _parts.Control.Current.SettingOf(Setting) is not null)
            {
                Volatile.Write(ref _work, RunAsync(_stopping.Token));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        // Whoever asked is answered first.
        await Task.Yield();
        Log.ReencryptionBegun(_logger);
        try
        {
            while (!await RunRoundAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(RoundInterval, _parts.Time, cancellationToken).ConfigureAwait(false);
            }

            Log.ReencryptionDone(_logger);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
        catch (Exception fault)
        {
            // A segment that does not open, a full disk, or a bug: what was not rewritten stays as it was.
            Log.ReencryptionFailed(_logger, fault);
        }
    }

    /// <summary>Rewrites what is under an older key; then destroys what nothing names.</summary>
    /// <returns>True when no older key is left; false to try again later.</returns>
    private async Task<bool> RunRoundAsync(CancellationToken cancellationToken)
    {
        if (_parts.Control.Current.Nodes.Count(node => node.State != ClusterNodeState.Removed) > 1)
        {
            // What others have under an older key is not seen from here, and they may ask for it.
            Log.ReencryptionHeldUp(_logger, ErrorCode.Unsupported, "The cluster has several nodes.");
            return false;
        }

        NacreError? refusal = await _parts.AccountKeys.ResealAsync(cancellationToken).ConfigureAwait(false)
            ?? await _parts.TokenKeys.ResealAsync(cancellationToken).ConfigureAwait(false)
            ?? _parts.Certificates?.Reseal().Error;
        if (refusal is null)
        {
            await RewriteAsync(cancellationToken).ConfigureAwait(false);
            refusal = await CheckpointTwiceAsync(cancellationToken).ConfigureAwait(false)
                ?? await DestroyUnusedAsync(cancellationToken).ConfigureAwait(false);
        }

        if (refusal is not null)
        {
            Log.ReencryptionHeldUp(_logger, refusal.Code, refusal.Message);
            return false;
        }

        if (Older().Any())
        {
            return false;
        }

        return (await RememberAsync(null, new EntryHeader { Cause = EntryCause.System }).ConfigureAwait(false)).IsOk;
    }

    private async Task RewriteAsync(CancellationToken cancellationToken)
    {
        HashSet<DataKeyId> older = [.. Older()];
        if (_parts.Log.Segments.Any(segment => segment.IsActive && segment.Keys.Any(older.Contains)))
        {
            await _parts.Log.RollAsync().ConfigureAwait(false);
        }

        foreach (Storage.Documents.IShardEncryption shard in _parts.Shards())
        {
            while (await shard.ReencryptSegmentAsync().ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The older of two checkpoints still names the files of before, and holds the log of before.</summary>
    private async Task<NacreError?> CheckpointTwiceAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 2; i++)
        {
            Result<LogIndex>[] taken = await Task.WhenAll(
                _parts.Replicas().Select(replica => replica.CheckpointAnewAsync(cancellationToken))).ConfigureAwait(false);
            if (Array.Find(taken, result => !result.IsOk) is { IsOk: false } refused)
            {
                return refused.Error;
            }
        }

        return null;
    }

    private async Task<NacreError?> DestroyUnusedAsync(CancellationToken cancellationToken)
    {
        // In this order: a key that another rotation retires meanwhile may have sealed something that was asked before.
        DataKeyId[] older = [.. Older()];
        Result<DataKeyId>? authority = _parts.Certificates?.KeyInUse();
        if (authority is { IsOk: false } unknown)
        {
            return unknown.Error;
        }

        HashSet<DataKeyId> needed = [.. KeysInUse()];
        if (authority is { } key)
        {
            needed.Add(key.Value);
        }

        DataKeyId[] unused = [.. older.Where(old => !needed.Contains(old))];
        foreach (DataKeyId old in unused)
        {
            Result<Core.Errors.Unit> destroyed = _parts.Ring.DestroyDataKey(old);
            if (!destroyed.IsOk)
            {
                return destroyed.Error;
            }

            Log.DataKeyDestroyed(_logger, old);
        }

        return unused.Length == 0
            ? null
            : (await _coordinator.ExecuteAsync(
                new RecordKeyRingGeneration(_parts.Ring.Generation), new EntryHeader { Cause = EntryCause.System }, cancellationToken)
                .ConfigureAwait(false)).Error;
    }

    private IEnumerable<DataKeyId> Older() =>
        _parts.Ring.Status().DataKeys.Where(key => key.State == DataKeyState.Retired).Select(key => key.Id);

    private IEnumerable<DataKeyId> KeysInUse() =>
    [
        .. _parts.Shards().SelectMany(shard => shard.KeysInUse()),
        .. _parts.Log.Segments.SelectMany(segment => segment.Keys),
        .. _parts.Checkpoints().Select(checkpoint => checkpoint.Key),
        .. SealedSecrets().Select(secret => SecretSealer.KeyOf(secret.Span)).Where(key => key.IsOk).Select(key => key.Value),
    ];

    private IEnumerable<ReadOnlyMemory<byte>> SealedSecrets() =>
        _parts.Control.Current.AccountKeys.Select(key => key.Sealed).Concat(_parts.Control.Current.TokenKeys.Select(key => key.Sealed));

    private Task<Result<CommandOutcome>> RememberAsync(string? value, EntryHeader request) =>
        _coordinator.ExecuteAsync(new SetSetting(Setting, value, Expected: null), request, CancellationToken.None);
}
