using System.Buffers;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Query.Binding;
using Nacre.Query.Functions;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>
/// Runs one query: whoever reads documents puts them in one by one, from a scan or in the order of an index, and takes
/// rows out.
/// </summary>
/// <remarks>
/// <para>Not thread-safe. After a refusal nothing more may be put in.</para>
/// <para>
/// A query with groups or aggregates can be run over parts of the documents: each part's pipeline ends with
/// <see cref="WriteGroups"/> instead of <see cref="Finish"/>, and one pipeline takes them all with <see cref="AddGroups"/>.
/// </para>
/// </remarks>
public sealed class QueryPipeline
{
    // Invariants:
    // - _rows are those of the last Add or Finish that were not taken yet; they borrow from that call's document.
    // - After _isFinished, or a refusal, nothing is added.

    private readonly BoundQuery _query;
    private readonly EvaluationFrame _frame;
    private readonly SelectRun _run;
    private readonly Queue<(QueryValue Row, SortPosition? Position)> _rows = new();
    private readonly QueryWindow _window;
    private readonly QueryLimits _limits;
    private long _rowBytes;
    private long _answered;
    private bool _isFinished;

    /// <summary>Starts a run.</summary>
    /// <param name="query">The query.</param>
    /// <param name="limits">What it may use up.</param>
    /// <param name="now">The one instant that all its rows see.</param>
    /// <param name="random">What RAND draws from.</param>
    /// <param name="userFunctions">Those that the query was bound with.</param>
    /// <param name="cancellation">Ends it with <see cref="OperationCanceledException"/> out of the call that is under way.</param>
    /// <param name="window">The rows that this run answers; null for all. Other windows need <see cref="BoundQuery.IsPaged"/>.</param>
    public QueryPipeline(
        BoundQuery query, QueryLimits limits, DateTimeOffset now, IRandomSource random, IUserFunctions userFunctions, CancellationToken cancellation,
        QueryWindow? window = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(limits);
        limits.Check();
        Invariant.Check(window is null || query.IsPaged);
        _window = window ?? QueryWindow.All;
        Invariant.Check(_window.MaxRows > 0);
        _query = query;
        _limits = limits;
        var context = new FunctionContext(now, random, limits.MaxValueBytes, limits.MaxSteps, cancellation);
        _frame = new EvaluationFrame(query.SlotCount, context, userFunctions, new HeldBytes(limits.MaxHeldBytes));
        _run = new SelectRun(query.Plan, _frame, Accept, _window);
    }

    /// <summary>Whether further documents would change nothing: the limit is reached, or the query reads none.</summary>
    public bool IsDone => _isFinished || _run.IsDone || !_query.ReadsDocuments;

    /// <summary>Whether TOP or LIMIT ended it: there are no rows beyond those that can be taken now.</summary>
    public bool IsLimitReached => _run.IsLimitReached;

    /// <summary>
    /// Rows sorted so far, those of earlier pages left out. One that stands behind <see cref="BoundQuery.RowsWanted"/> of
    /// them changes nothing any more.
    /// </summary>
    public long RowsSorted => _run.RowsSorted;

    /// <summary>Rows gone past by now, with those of earlier pages and those left out by OFFSET, but without those that wait to be taken.</summary>
    public long Passed => _run.Passed - _rows.Count;

    /// <summary>Where the row stands that was taken last; null when the query does not sort, or no item keys were given.</summary>
    public SortPosition? Position { get; private set; }

    /// <summary>Steps used so far.</summary>
    public long StepsUsed => _frame.Context.StepsUsed;

    /// <summary>Bytes held now to sort, to group and to tell duplicates apart.</summary>
    public long HeldBytes => _frame.Held.Held;

    /// <summary>Puts a document in.</summary>
    /// <param name="document">A valid JSON document; borrowed until its rows are taken, which must be before the next.</param>
    /// <returns>Errors: QueryLimit; QuerySemantic for a scalar subquery of several rows; what a user's function refuses with.</returns>
    public Result<Unit> Add(ReadOnlyMemory<byte> document) => Add(document, default, skip: 0);

    /// <summary>Puts a document in, of a query that is answered page by page.</summary>
    /// <param name="document">A valid JSON document; borrowed until its rows are taken, which must be before the next.</param>
    /// <param name="itemKey">The item's key; documents come in the order of their keys. Borrowed for the call.</param>
    /// <param name="skip">Rows of this document that an earlier page went past.</param>
    /// <returns>As of the other.</returns>
    public Result<Unit> Add(ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> itemKey, long skip)
    {
        Invariant.Check(!_isFinished);
        Invariant.Check(_rows.Count == 0);
        try
        {
            if (!IsDone)
            {
                _frame.Context.BeginItem(_limits.MaxItemSteps);
                _frame.Context.ChargeBytes(document.Length);
                DocumentFiller.Fill(_query.Item, document, _frame.Slots);
                _run.AddRows(itemKey, skip);
            }

            return Unit.Value;
        }
        catch (Exception fault) when (RefusalOf(fault) is not null)
        {
            return RefusalOf(fault)!;
        }
    }

    /// <summary>Puts a document in that stands for several which are alike in all that the query reads.</summary>
    /// <param name="document">One of them; borrowed as by <see cref="Add(ReadOnlyMemory{byte})"/>.</param>
    /// <param name="times">How many there are, from 1. Other than 1 for <see cref="Planning.QueryShape.IsCount"/> and <see cref="Planning.QueryShape.Alike"/> only.</param>
    /// <returns>As of the others.</returns>
    public Result<Unit> AddAlike(ReadOnlyMemory<byte> document, long times)
    {
        Invariant.Check(times > 0);
        Invariant.Check(times == 1 || _query.Shape.IsCount || _query.Shape.Alike is not null);
        _frame.Times = times;
        Result<Unit> added = Add(document);
        _frame.Times = 1;
        return added;
    }

    /// <summary>Ends the run: no more documents. Groups and sorted rows can be taken from now on.</summary>
    /// <returns>Errors: as <see cref="Add(ReadOnlyMemory{byte})"/>.</returns>
    public Result<Unit> Finish()
    {
        Invariant.Check(!_isFinished);
        return Guard(() =>
        {
            _frame.Context.BeginItem(_query.ReadsDocuments ? long.MaxValue : _limits.MaxItemSteps);
            if (!_query.ReadsDocuments)
            {
                _run.AddRows(default, skip: 0);
            }

            _run.Finish();
            _isFinished = true;
        });
    }

    /// <summary>Takes the next row.</summary>
    /// <param name="row">The row; it borrows from the document that was put in last.</param>
    /// <returns>False when there is none now.</returns>
    public bool TryTake(out QueryValue row)
    {
        if (!_rows.TryDequeue(out (QueryValue Row, SortPosition? Position) next))
        {
            row = default;
            _rowBytes = 0;
            return false;
        }

        (row, Position) = next;
        return true;
    }

    /// <summary>Ends the run of one part: writes its groups instead of answering them.</summary>
    /// <param name="output">Gets the bytes; they are good for the same query with the same parameters.</param>
    public void WriteGroups(IBufferWriter<byte> output)
    {
        Invariant.Check(_run.Groups is not null);
        Invariant.Check(!_isFinished);
        _isFinished = true;
        _run.Groups.Write(output);
    }

    /// <summary>Takes the groups of a part.</summary>
    /// <param name="groups">What <see cref="WriteGroups"/> wrote.</param>
    /// <returns>Errors: Malformed, QueryLimit.</returns>
    public Result<Unit> AddGroups(ReadOnlyMemory<byte> groups)
    {
        Invariant.Check(_run.Groups is not null);
        Invariant.Check(!_isFinished);
        return Guard(() => _run.Groups.Merge(groups));
    }

    private bool Accept(in QueryValue row)
    {
        _rowBytes += Evaluation.HeldBytes.CostOf(row);
        if (_rowBytes > _limits.MaxHeldBytes)
        {
            throw QueryRefusedException.Limit(
                $"The rows of one document, or of the whole query when it sorts or groups, have more than {_limits.MaxHeldBytes} bytes. Join less, or add LIMIT.");
        }

        _rows.Enqueue((row, _run.Position));
        return ++_answered < _window.MaxRows;
    }

    private static Result<Unit> Guard(Action work)
    {
        try
        {
            work();
            return Unit.Value;
        }
        catch (Exception fault) when (RefusalOf(fault) is not null)
        {
            return RefusalOf(fault)!;
        }
    }

    private static NacreError? RefusalOf(Exception fault) => fault switch
    {
        QueryRefusedException refused => refused.Error,
        FunctionLimitException limit => new NacreError(ErrorCode.QueryLimit, limit.Message),
        _ => null,
    };
}
