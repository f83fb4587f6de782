using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Security.Authorisation;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Routing;
using Nacre.Server.Wire;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Streaming;

/// <content>One operation: begun on the reader's thread, answered when it is done.</content>
internal sealed partial class ItemStream
{
    private void Begin(OperationBatch batch, Protocol.V1.ItemOperation operation, RouteTable routes)
    {
        if (CommandOf(operation.Kind) is not { } command)
        {
            Refuse(operation, UnknownKind);
        }
        else if (!_bindings.TryGetValue(operation.Container, out BoundContainer? bound))
        {
            Refuse(operation, Unbound);
        }
        else if (PermissionChecker.Check(
            _call.Principal, command.Action, bound.TryResolve(routes, out ContainerRoute? container) ? container.Scope : ResourceScope.Account) is { } forbidden)
        {
            Refuse(operation, forbidden);
        }
        else if (container is null)
        {
            Refuse(operation, NoContainer);
        }
        else if (WireKeys.Read(operation.PartitionKey) is var partitionKey && !partitionKey.IsOk)
        {
            Refuse(operation, partitionKey.Error);
        }
        else if (operation.Kind == OperationKind.Read)
        {
            BeginRead(container, partitionKey.Value, operation);
        }
        else
        {
            BeginWrite(container, partitionKey.Value, batch, operation);
        }
    }

    private void BeginRead(ContainerRoute container, in PartitionKey partitionKey, Protocol.V1.ItemOperation operation)
    {
        Result<ReadTerms> terms = _services.Consistency.TermsOf(operation.Consistency, operation.SessionToken, _wantsSession, container, _marks);
        if (!terms.IsOk)
        {
            Refuse(operation, terms.Error);
            return;
        }

        ValueTask<Result<DocumentLease>> read =
            ItemReader.ReadAsync(container, _call.Principal, partitionKey, operation.Id, terms.Value, out RangeRoute? range);
        if (terms.Value.IsLedElsewhere(range))
        {
            _writer.NoteLedElsewhere();
        }

        range = terms.Value.GivesToken ? range : null;
        if (read.IsCompletedSuccessfully)
        {
            _writer.Add(Show(operation, container, range, read.Result));
        }
        else
        {
            _ = AwaitReadAsync(operation, container, range, read);
        }
    }

    private void BeginWrite(ContainerRoute container, in PartitionKey partitionKey, OperationBatch batch, Protocol.V1.ItemOperation operation)
    {
        Result<Core.Commands.IdempotencyKey> idempotency = operation.IdempotencySequence == 0
            ? Core.Commands.IdempotencyKey.None
            : WireKeys.Idempotency(batch.ClientId, operation.IdempotencySequence, batch.AnsweredBelow);
        if (!idempotency.IsOk)
        {
            Refuse(operation, idempotency.Error);
            return;
        }

        var write = new ItemWrite
        {
            Kind = WriteOf(operation.Kind),
            PartitionKey = partitionKey,
            Id = operation.Id,
            Body = operation.Body.Memory,
            IfMatch = operation.IfMatch,
            IfNoneMatch = operation.IfNoneMatch,
            Idempotency = idempotency.Value,
            IsAlone = batch.Operations.Count == 1,
        };

        // Not cancelled with the stream: what is in the log is in the log, and the slot waits for its end.
        ValueTask<Result<CommandOutcome>> pending =
            ItemWriter.WriteAsync(container, write, _call.Author, out RangeRoute? range, CancellationToken.None);
        if (range?.Shard.IsLedElsewhere == true)
        {
            _writer.NoteLedElsewhere();
        }

        if (pending.IsCompletedSuccessfully)
        {
            _writer.Add(Tell(operation, container, range, pending.Result));
        }
        else
        {
            _ = AwaitWriteAsync(operation, container, range, pending);
        }
    }

    private async Task AwaitReadAsync(
        Protocol.V1.ItemOperation operation, ContainerRoute container, RangeRoute? range, ValueTask<Result<DocumentLease>> read)
    {
        Outcome outcome;
        try
        {
            outcome = Show(operation, container, range, await read.ConfigureAwait(false));
        }
        catch (Exception fault)
        {
            outcome = Refusal(operation, _pipeline.Explain(StreamCommand.Row, _call, fault));
        }

        _writer.AddSoon(outcome);
    }

    private async Task AwaitWriteAsync(
        Protocol.V1.ItemOperation operation, ContainerRoute container, RangeRoute? range, ValueTask<Result<CommandOutcome>> pending)
    {
        Outcome outcome;
        try
        {
            outcome = Tell(operation, container, range, await pending.ConfigureAwait(false));
        }
        catch (Exception fault)
        {
            outcome = Refusal(operation, _pipeline.Explain(StreamCommand.Row, _call, fault));
        }

        _writer.AddSoon(outcome);
    }

    private Outcome Show(Protocol.V1.ItemOperation operation, ContainerRoute container, RangeRoute? range, in Result<DocumentLease> read)
    {
        SessionMark mark = range is null ? default : Noted(ConsistencyRules.Seen(container, range));
        if (!read.IsOk)
        {
            return Refusal(operation, read.Error, mark);
        }

        DocumentLease document = read.Value;
        if (operation.IfNoneMatch.Length > 0 && (operation.IfNoneMatch == "*" || operation.IfNoneMatch == document.ETag.ToString()))
        {
            document.Dispose();
            return Refusal(operation, NotModified, mark);
        }

        return new Outcome
        {
            Tag = operation.Tag,
            ETag = document.ETag,
            TimestampMs = document.Timestamp.ToUnixTimeMilliseconds(),
            Document = document,
            Mark = mark,
            Container = operation.Container,
        };
    }

    private Outcome Tell(Protocol.V1.ItemOperation operation, ContainerRoute container, RangeRoute? range, in Result<CommandOutcome> result)
    {
        if (!result.IsOk)
        {
            return Refusal(operation, result.Error);
        }

        CommandOutcome outcome = result.Value;
        return outcome.Code != ErrorCode.None
            ? Refusal(operation, OutcomeErrors.Of(outcome))
            : new Outcome
            {
                Tag = operation.Tag,
                ETag = new ETag(range!.Id, outcome.Lsn),
                TimestampMs = outcome.Time.ToUnixTimeMilliseconds(),
                Mark = _services.Consistency.GivesToken(_wantsSession) ? Noted(new SessionMark(container.Id, range, outcome.Lsn)) : default,
                Container = operation.Container,
                Written = operation.ReturnBody ? operation.Body : null,
                Created = (outcome.Flags & CommandEffect.Created) != 0,
            };
    }

    /// <summary>The stream's own session: what it was told it need not say again.</summary>
    private SessionMark Noted(in SessionMark mark)
    {
        if (mark.Range is { } range)
        {
            _marks.Raise(range.Id, mark.Lsn);
        }

        return mark;
    }

    private void Refuse(Protocol.V1.ItemOperation operation, NacreError error) => _writer.Add(Refusal(operation, error));

    private Outcome Refusal(Protocol.V1.ItemOperation operation, NacreError error, in SessionMark mark = default)
    {
        _services.Metrics.Refused(CommandOf(operation.Kind), error.Code);
        return Outcome.Refused(operation.Tag, error, _call.Activity) with { Mark = mark, Container = operation.Container };
    }

    /// <summary>The command of the table that an operation stands for; null for a kind that is not known here.</summary>
    internal static Command? CommandOf(OperationKind kind) => kind switch
    {
        OperationKind.Read => Commands.Read,
        OperationKind.Create => Commands.Create,
        OperationKind.Upsert => Commands.Upsert,
        OperationKind.Replace => Commands.Replace,
        OperationKind.Delete => Commands.Delete,
        _ => null,
    };

    private static ItemOperationKind WriteOf(OperationKind kind) => kind switch
    {
        OperationKind.Create => ItemOperationKind.Create,
        OperationKind.Upsert => ItemOperationKind.Upsert,
        OperationKind.Replace => ItemOperationKind.Replace,
        _ => ItemOperationKind.Delete,
    };
}
