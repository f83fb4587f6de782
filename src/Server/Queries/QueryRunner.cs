using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Protocol.V1;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Security.Authorisation;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Routing;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Queries;

/// <summary>
/// Answers queries page by page. Each page sees each range at one point; the query as a whole is no snapshot, but a row
/// whose item does not change comes exactly once.
/// </summary>
/// <param name="seal">Signs continuations.</param>
/// <param name="planner">Decides where items come from.</param>
/// <param name="serving">What a page may take.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Chance, for queries that ask for it.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class QueryRunner(TokenSeal seal, IQueryPlanner planner, QueryServing serving, TimeProvider time, IRandomSource random) : IDisposable
{
    private const int MostTokenBytes = 8 * 1024;

    private static readonly NacreError BadContinuation = new(ErrorCode.ContinuationInvalid,
        "The continuation is unreadable, or of another query, other parameters or another container; begin again without it.");

    private static readonly NacreError NotOnePage = new(ErrorCode.QueryLimit,
        $"A query with GROUP BY, aggregates or DISTINCT is answered in one page, and this one has more than {QueryPage.MaxBytes} bytes. Select less, filter more, or add LIMIT.");

    private static readonly NacreError LongKeys = new(ErrorCode.QueryLimit,
        $"The row that the page ends at is sorted by more than {MostTokenBytes} bytes, which no continuation holds. Sort by something shorter, or take larger pages.");

    private readonly QueryTurns _turns = new(serving, time);

    /// <summary>Answers one page with what the reader may see.</summary>
    /// <returns>The page; Malformed, TooLarge, Forbidden, QuerySyntax, QuerySemantic, QueryLimit, ContinuationInvalid, ConsistencyTooStrong, SessionTokenInvalid, or what shards and views refuse with.</returns>
    public async ValueTask<Result<QueryResponse>> RunAsync(
        ContainerRoute container, Principal reader, QueryRequest message, ConsistencyRules consistency, CancellationToken cancellationToken)
    {
        using QueryTurn turn = await _turns.BeginAsync(cancellationToken).ConfigureAwait(false);
        Result<QueryTask> task = Read(container, reader, message, consistency);
        if (!task.IsOk)
        {
            return task.Error;
        }

        Result<QueryResponse> answer = await FillAsync(task.Value, turn, message.Explain, cancellationToken).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return answer.Error;
        }

        if (task.Value.Scope.Seen is { } seen)
        {
            answer.Value.SessionToken = string.Join(SessionTokens.Separator, seen.DistinctBy(static mark => mark.Range?.Id).Select(mark => consistency.TokenOf(mark)));
        }

        return answer;
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private Result<QueryTask> Read(ContainerRoute container, Principal reader, QueryRequest message, ConsistencyRules consistency)
    {
        // Before anything else is done: whatever the query says, it sees these items alone.
        Result<PartitionKey> partitionKey = ReadScope.Of(container, reader, message.PartitionKey);
        if (!partitionKey.IsOk)
        {
            return partitionKey.Error;
        }

        Result<int> count = ReadScope.Count(message.MaxItems);
        if (!count.IsOk)
        {
            return count.Error;
        }

        Result<ReadTerms> terms = consistency.TermsOf(message.Consistency, message.SessionToken, message.WantsSession, container);
        if (!terms.IsOk)
        {
            return terms.Error;
        }

        Result<BoundQuery> query = QueryReading.Read(message);
        if (!query.IsOk)
        {
            return query.Error;
        }

        var scope = new QueryScope(container, partitionKey.Value, terms.Value, terms.Value.GivesToken ? [] : null);
        ulong identity = QueryReading.IdentityOf(message, partitionKey.Value);
        var task = new QueryTask(query.Value, scope, count.Value, identity, From: null, time.GetUtcNow());
        if (message.Continuation.Length == 0)
        {
            return task;
        }

        return seal.TryOpen(message.Continuation, out ReadOnlyMemory<byte> content) &&
            QueryContinuation.Decode(content) is { } from &&
            from.Container == container.Id &&
            from.Scope == identity
            ? task with { From = from, Now = from.Now }
            : BadContinuation;
    }

    private async ValueTask<Result<QueryResponse>> FillAsync(QueryTask task, QueryTurn turn, bool explains, CancellationToken cancellationToken)
    {
        BoundQuery query = task.Query;
        QueryWindow? window = !query.IsPaged ? null : new QueryWindow
        {
            Passed = task.From?.Passed ?? 0,
            After = task.From?.After,

            // Sorted rows come after the last item: one more tells whether there is another page.
            MaxRows = query.IsOrdered ? task.MaxRows + 1 : task.MaxRows,
        };
        var pipeline = new QueryPipeline(query, serving.Limits, task.Now, random, NoUserFunctions.Instance, cancellationToken, window);
        var filling = new QueryFilling(task, pipeline, new QueryPage(query.IsPaged ? task.MaxRows : long.MaxValue));
        IReadOnlyList<string> plan = [];
        long indexEntries = 0;
        if (query.ReadsDocuments)
        {
            await using IItemSource source = planner.Open(task, new PagePace(filling, turn));
            if (await ReadAsync(source, filling, turn, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }

            indexEntries = source.IndexEntries;
            plan = explains ? source.Describe() : [];
        }

        Result<Unit> finished = filling.Finish();
        if (!finished.IsOk)
        {
            return finished.Error;
        }

        if (filling.IsFull && !query.IsPaged)
        {
            return NotOnePage;
        }

        if (filling.Rest is { } rest)
        {
            byte[] token = rest.Encode();
            if (token.Length > MostTokenBytes)
            {
                return LongKeys;
            }

            filling.Page.Response.Continuation = seal.Seal(token);
        }

        if (explains)
        {
            filling.Page.Response.Plan = string.Join('\n', plan.Concat(query.Describe()));
        }

        return filling.Page.Finish(indexEntries);
    }

    private async ValueTask<NacreError?> ReadAsync(IItemSource source, QueryFilling filling, QueryTurn turn, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (!filling.IsOver)
        {
            turn.Leave();
            Result<bool> opened = await source.OpenNextAsync(cancellationToken).ConfigureAwait(false);
            await turn.ReturnAsync(cancellationToken).ConfigureAwait(false);
            if (!opened.IsOk || !opened.Value)
            {
                return opened.Error;
            }

            if (await ReadPartAsync(source, filling, turn, began, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private async ValueTask<NacreError?> ReadPartAsync(
        IItemSource source, QueryFilling filling, QueryTurn turn, long began, CancellationToken cancellationToken)
    {
        while (!filling.IsOver)
        {
            await turn.PassOnAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            Result<bool> moved = await source.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk || !moved.Value)
            {
                return moved.Error;
            }

            Result<Unit> taken = filling.Take(source);
            if (!taken.IsOk)
            {
                return taken.Error;
            }

            if (filling.MayEnd && (filling.Page.Items >= serving.MostLookedAt || time.GetElapsedTime(began) >= serving.PageTime))
            {
                filling.EndBehind(source);
            }
        }

        return null;
    }
}
