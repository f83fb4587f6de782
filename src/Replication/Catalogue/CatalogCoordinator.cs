using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Catalogue;

/// <summary>
/// Joins the control shard and the data shards: a container's creation is an entry in the control shard (Creating),
/// an activation in the log of every data shard that gets a range, and an entry in the control shard (Ready); its
/// deletion is Deleting, a drop in each data shard, and Gone; a change of its indexing is pending, an entry in each data
/// shard, and set. Every step may be repeated, so that a crash between any
/// two of them costs no more than the next round.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed partial class CatalogCoordinator : IAsyncDisposable
{
    // Invariants:
    // - a range is activated only while its container is Creating, and Gone is proposed only after each range's drop
    //   was applied: the steps of one container are taken one after the other, each looking at the newest catalogue;
    // - a caller that stops waiting does not stop the work.

    private readonly IProposer _control;
    private readonly Func<ShardId, IProposer> _data;
    private readonly ICatalogReader _catalog;
    private readonly CatalogCoordinatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IWithdrawals? _withdrawals;
    private readonly KeyedGate<ContainerId> _turns = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _rounds = Task.CompletedTask;

    /// <summary>Makes a coordinator.</summary>
    /// <param name="control">The control shard.</param>
    /// <param name="data">The data shards; asked for those that the catalogue names.</param>
    /// <param name="catalog">What the control shard has applied here.</param>
    /// <param name="options">How often to try.</param>
    /// <param name="time">The clock of its pauses.</param>
    /// <param name="logger">Where to say what was finished.</param>
    /// <param name="withdrawals">Makes withdrawals sure; null where there are no other nodes.</param>
    public CatalogCoordinator(
        IProposer control, Func<ShardId, IProposer> data, ICatalogReader catalog,
        CatalogCoordinatorOptions options, TimeProvider time, ILogger logger, IWithdrawals? withdrawals = null)
    {
        Invariant.Check(options.Tries > 0);
        Invariant.Check(options.RetryAfter > TimeSpan.Zero);
        Invariant.Check(options.RoundInterval > TimeSpan.Zero);
        _control = control;
        _data = data;
        _catalog = catalog;
        _options = options;
        _time = time;
        _logger = logger;
        _withdrawals = withdrawals;
    }

    /// <summary>Fixes the cluster's id and number of data shards at its first start, and checks them at every other.</summary>
    /// <returns>AlreadyExists when the data folder is of another cluster, or was made with another number; else what <see cref="IProposer.ProposeAsync"/> refuses with.</returns>
    public async Task<Result<Unit>> EnsureClusterAsync(ClusterId cluster, uint dataShards, CancellationToken cancellationToken)
    {
        Catalog catalog = _catalog.Current;
        if (catalog.Cluster == cluster && catalog.DataShards == dataShards)
        {
            return Unit.Value;
        }

        Result<CommandOutcome> outcome = await ExecuteAsync(
            new CreateCluster(cluster, dataShards), new EntryHeader { Cause = EntryCause.System }, cancellationToken);
        return outcome.IsOk ? Unit.Value : outcome.Error;
    }

    /// <summary>Begins to finish what was left unfinished, now and in rounds. Once, when the data shards serve.</summary>
    public void Start() => _rounds = RunRoundsAsync();

    /// <summary>Executes a command of the control shard that needs no data shard.</summary>
    /// <param name="command">Any but the creation and deletion of databases and containers, which have methods of their own.</param>
    /// <param name="request">Who asks: principal, activity, idempotency key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The outcome, or the command's refusals, or what <see cref="IProposer.ProposeAsync"/> refuses with.</returns>
    public async Task<Result<CommandOutcome>> ExecuteAsync(
        ControlCommand command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await ProposeAsync(command, request, cancellationToken);
        return outcome.IsOk && command.Withdraws && await SettleAsync(cancellationToken) is { } unknown ? unknown : outcome;
    }

    /// <summary>
    /// As <see cref="ExecuteAsync"/>, but does not wait until a withdrawal is sure: for who has something to do before
    /// <see cref="SettleAsync"/>.
    /// </summary>
    /// <param name="command">As there.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Result<CommandOutcome>> ProposeAsync(ControlCommand command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await _control.ProposeAsync(
            new Proposal(request with { Kind = EntryKind.Control }, ControlCommandCodec.Encode(command)), cancellationToken);
        return outcome.IsOk && outcome.Value.Code != ErrorCode.None ? RefusalOf(outcome.Value) : outcome;
    }

    /// <summary>Nobody is told that something was withdrawn while a node may still serve by it: waits until none does.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null, or OutcomeUnknown when the wait was ended.</returns>
    public async Task<NacreError?> SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_withdrawals is not null)
            {
                await _withdrawals.SettleAsync(_catalog.Current.Applied, cancellationToken);
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return new NacreError(ErrorCode.OutcomeUnknown,
                "The deadline passed before every node of the cluster had taken the change over. It is made, and in force everywhere within seconds; repeat the request under its idempotency key to be sure.");
        }
    }

    /// <summary>Makes a database.</summary>
    /// <returns>The database; or the refusals of <see cref="CreateDatabase"/> and of <see cref="IProposer.ProposeAsync"/>; NotFound for a repeated request whose database was deleted since.</returns>
    public async Task<Result<DatabaseRecord>> CreateDatabaseAsync(
        CreateDatabase command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await ExecuteAsync(command, request, cancellationToken);
        if (!outcome.IsOk)
        {
            return outcome.Error;
        }

        DatabaseRecord? database = _catalog.Current.FindDatabase(command.Name);
        return database is not null && database.Id.Value == ControlResult.IdOf(outcome.Value.Detail.Span)
            ? database
            : DeletedSince("database");
    }

    /// <summary>Makes a container; completes once it serves.</summary>
    /// <returns>
    /// The container; or the refusals of <see cref="CreateContainer"/> and of <see cref="IProposer.ProposeAsync"/>;
    /// NotFound for one that was deleted since. A container that was begun is finished in any case.
    /// </returns>
    public Task<Result<ContainerRecord>> CreateContainerAsync(
        CreateContainer command, EntryHeader request, CancellationToken cancellationToken) =>
        FinishedAsync(command, request, cancellationToken);

    /// <summary>
    /// Gives a container another indexing policy; completes once each of its ranges was told, and builds what is new.
    /// </summary>
    /// <returns>
    /// The container; or the refusals of <see cref="SetContainerIndexing"/> and of <see cref="IProposer.ProposeAsync"/>;
    /// NotFound for one that was deleted since. A change that was begun is finished in any case.
    /// </returns>
    public Task<Result<ContainerRecord>> SetIndexingAsync(
        SetContainerIndexing command, EntryHeader request, CancellationToken cancellationToken) =>
        FinishedAsync(command, request, cancellationToken);

    /// <summary>Has a container's command decided, and waits until every range of it was told.</summary>
    private async Task<Result<ContainerRecord>> FinishedAsync(
        ControlCommand command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await ExecuteAsync(command, request, cancellationToken);
        if (!outcome.IsOk)
        {
            return outcome.Error;
        }

        var id = new ContainerId(ControlResult.IdOf(outcome.Value.Detail.Span));
        Result<Unit> finished = await WaitAsync(FinishContainerAsync(id, _stopping.Token), cancellationToken);
        if (!finished.IsOk)
        {
            return finished.Error;
        }

        return _catalog.Current.FindContainer(id) is { State: ResourceState.Ready } container
            ? container
            : DeletedSince("container");
    }

    /// <summary>Deletes a container; completes once no data shard owns a range of it.</summary>
    /// <returns>The refusals of <see cref="DeleteContainer"/> and of <see cref="IProposer.ProposeAsync"/>. A deletion that was begun is finished in any case.</returns>
    public async Task<Result<Unit>> DeleteContainerAsync(
        DeleteContainer command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await ExecuteAsync(command, request, cancellationToken);
        if (!outcome.IsOk)
        {
            return outcome.Error;
        }

        var id = new ContainerId(ControlResult.IdOf(outcome.Value.Detail.Span));
        return await WaitAsync(FinishContainerAsync(id, _stopping.Token), cancellationToken);
    }

    /// <summary>Deletes a database and its containers; completes once no data shard owns a range of them.</summary>
    /// <returns>The refusals of <see cref="DeleteDatabase"/> and of <see cref="IProposer.ProposeAsync"/>. A deletion that was begun is finished in any case.</returns>
    public async Task<Result<Unit>> DeleteDatabaseAsync(
        DeleteDatabase command, EntryHeader request, CancellationToken cancellationToken)
    {
        Result<CommandOutcome> outcome = await ExecuteAsync(command, request, cancellationToken);
        if (!outcome.IsOk)
        {
            return outcome.Error;
        }

        var id = new DatabaseId(ControlResult.IdOf(outcome.Value.Detail.Span));
        return await WaitAsync(FinishDatabaseAsync(id, _stopping.Token), cancellationToken);
    }

    /// <summary>Stops; what is unfinished is taken up at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _rounds;
        _stopping.Dispose();
    }

    /// <summary>Waits for work that goes on whether or not somebody waits.</summary>
    private static async Task<Result<Unit>> WaitAsync(Task<Result<Unit>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new NacreError(ErrorCode.OutcomeUnknown,
                "The deadline passed while the work was under way. It goes on; look whether it is done, or repeat the request under its idempotency key.");
        }
    }

    private static NacreError RefusalOf(in CommandOutcome outcome)
    {
        string message = outcome.Detail.IsEmpty
            ? string.Create(CultureInfo.InvariantCulture, $"The command was refused: {outcome.Code}.")
            : Encoding.UTF8.GetString(outcome.Detail.Span);
        return new NacreError(outcome.Code, message);
    }

    private static NacreError DeletedSince(string what) =>
        new(ErrorCode.NotFound, $"The {what} was made, and deleted since.");
}
