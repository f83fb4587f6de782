using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Catalogue;

/// <content>The work behind the control entries, each step of which may be repeated.</content>
public sealed partial class CatalogCoordinator
{
    /// <summary>Takes up everything that is unfinished, once.</summary>
    /// <returns>True when nothing is left.</returns>
    public async Task<bool> FinishAllAsync(CancellationToken cancellationToken)
    {
        bool isDone = true;
        foreach (ContainerRecord container in _catalog.Current.UnfinishedContainers())
        {
            Result<Unit> finished = await FinishContainerAsync(container.Id, cancellationToken);
            if (!finished.IsOk)
            {
                isDone = false;
                Log.ContainerUnfinished(_logger, container.Id, finished.Error.Code, finished.Error.Message);
            }
        }

        foreach (DatabaseRecord database in _catalog.Current.DeletingDatabases)
        {
            isDone &= (await FinishDatabaseAsync(database.Id, cancellationToken)).IsOk;
        }

        return isDone;
    }

    private async Task RunRoundsAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.RoundInterval, _time);
            do
            {
                await FinishAllAsync(_stopping.Token);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception cause)
        {
            Log.CoordinatorFailed(_logger, cause);
        }
    }

    /// <summary>Brings a container from Creating to Ready, its ranges to its indexing policy, or it from Deleting to gone.</summary>
    private async Task<Result<Unit>> FinishContainerAsync(ContainerId id, CancellationToken cancellationToken)
    {
        using IDisposable turn = await _turns.EnterAsync(id, cancellationToken);
        Catalog catalog = _catalog.Current;
        ContainerRecord? container = catalog.FindContainer(id);
        switch (container?.State)
        {
            case ResourceState.Creating:
                KeyDomainId domain = catalog.Databases.First(database => database.Id == container.Database).Domain;
                Result<Unit> activated = await ToEachRangeAsync(container, range => Activation(container, range, domain), ErrorCode.None, cancellationToken);
                return activated.IsOk ? await ConfirmReadyAsync(container, cancellationToken) : activated;
            case ResourceState.Ready when container.IndexingPending:
                Result<Unit> told = await ToEachRangeAsync(container, range => Indexing(container, range), ErrorCode.None, cancellationToken);
                return told.IsOk ? await ConfirmIndexingAsync(container, cancellationToken) : told;
            case ResourceState.Deleting:
                Result<Unit> dropped = await ToEachRangeAsync(container, range => Drop(container, range), ErrorCode.NotFound, cancellationToken);
                return dropped.IsOk ? await ConfirmGoneAsync(container, cancellationToken) : dropped;
            default:
                return Unit.Value;
        }
    }

    private async Task<Result<Unit>> FinishDatabaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        foreach (ContainerRecord container in _catalog.Current.DeletingContainers.Where(container => container.Database == id))
        {
            Result<Unit> finished = await FinishContainerAsync(container.Id, cancellationToken);
            if (!finished.IsOk)
            {
                return finished;
            }
        }

        if (_catalog.Current.DeletingDatabases.Any(database => database.Id == id))
        {
            Result<Unit> gone = await StepAsync(_control, ControlProposal(new DatabaseGone(id)), ErrorCode.NotFound, cancellationToken);
            if (!gone.IsOk)
            {
                return gone;
            }

            Log.DatabaseGone(_logger, id);
        }

        return Unit.Value;
    }

    private async Task<Result<Unit>> ToEachRangeAsync(
        ContainerRecord container, Func<RangeRecord, Proposal> proposalOf, ErrorCode alsoDone, CancellationToken cancellationToken)
    {
        Result<Unit>[] steps = await Task.WhenAll(container.Ranges.Select(range =>
            StepAsync(_data(range.Shard), proposalOf(range), alsoDone, cancellationToken)));
        return steps.FirstOrDefault(step => !step.IsOk, Unit.Value);
    }

    private async Task<Result<Unit>> ConfirmReadyAsync(ContainerRecord container, CancellationToken cancellationToken)
    {
        // Deleted in the meantime: the deletion has its own turn after this one, and drops what was activated.
        Result<Unit> confirmed = await StepAsync(
            _control, ControlProposal(new ContainerReady(container.Id)), ErrorCode.PreconditionFailed, cancellationToken);
        if (confirmed.IsOk)
        {
            Log.ContainerReady(_logger, container.Id, container.Ranges.Length);
        }

        return confirmed;
    }

    private async Task<Result<Unit>> ConfirmIndexingAsync(ContainerRecord container, CancellationToken cancellationToken)
    {
        // Deleted in the meantime: nothing is left to be told.
        Result<Unit> confirmed = await StepAsync(
            _control, ControlProposal(new ContainerIndexingSet(container.Id, container.Version)), ErrorCode.PreconditionFailed, cancellationToken);
        if (confirmed.IsOk)
        {
            Log.ContainerIndexingSet(_logger, container.Id, container.Ranges.Length);
        }

        return confirmed;
    }

    private async Task<Result<Unit>> ConfirmGoneAsync(ContainerRecord container, CancellationToken cancellationToken)
    {
        Result<Unit> confirmed = await StepAsync(
            _control, ControlProposal(new ContainerGone(container.Id)), ErrorCode.NotFound, cancellationToken);
        if (confirmed.IsOk)
        {
            Log.ContainerGone(_logger, container.Id, container.Ranges.Length);
        }

        return confirmed;
    }

    /// <summary>Proposes one step until it is applied, a few times at most; every step may be repeated.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="proposal">The step.</param>
    /// <param name="alsoDone">The outcome that says that the step was taken before, or is not needed any more; None for none.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    private async Task<Result<Unit>> StepAsync(IProposer shard, Proposal proposal, ErrorCode alsoDone, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            Result<CommandOutcome> outcome = await shard.ProposeAsync(proposal, cancellationToken);
            NacreError? error = outcome.IsOk && outcome.Value.Code != ErrorCode.None ? RefusalOf(outcome.Value) : outcome.Error;
            if (error is null || (outcome.IsOk && error.Code == alsoDone))
            {
                return Unit.Value;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (error.Retry == RetryRule.Never || error.Code == ErrorCode.StorageFailed || tries == _options.Tries)
            {
                return error;
            }

            await Task.Delay(error.RetryAfter ?? _options.RetryAfter, _time, cancellationToken);
        }
    }

    private static Proposal ControlProposal(ControlCommand command) =>
        new(new EntryHeader { Kind = EntryKind.Control, Cause = EntryCause.System }, ControlCommandCodec.Encode(command));

    private static Proposal Activation(ContainerRecord container, RangeRecord range, KeyDomainId domain) =>
        new(HeaderOf(container, range), RangeCommand.Activate(container.DefinitionOf(range, domain)).Encode());

    private static Proposal Indexing(ContainerRecord container, RangeRecord range) =>
        new(HeaderOf(container, range), RangeCommand.SetIndexing(range.Id, container.Indexing!).Encode());

    private static Proposal Drop(ContainerRecord container, RangeRecord range) =>
        new(HeaderOf(container, range), RangeCommand.Drop(range.Id).Encode()) { MayUseReserve = true };

    private static EntryHeader HeaderOf(ContainerRecord container, RangeRecord range) => new()
    {
        Kind = EntryKind.Data,
        Cause = EntryCause.System,
        Range = range.Id,
        Generation = range.Generation,
        Container = container.Id,
    };
}
