using System.Collections.Immutable;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Security.Authorisation;
using Nacre.Server.Consistency;
using Nacre.Server.Routing;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Items;

/// <summary>
/// Lists a container, or what lies at or below a partition key, page by page. Each page sees each range at one
/// point; the list as a whole is no snapshot.
/// </summary>
/// <param name="seal">Signs continuations.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ItemLister(TokenSeal seal)
{
    /// <summary>Documents looked at for one page: a filter that lets few through ends the page early, not the server's patience.</summary>
    private const int MostLookedAt = 10_000;

    private static readonly NacreError BadOrder = new(ErrorCode.Malformed, "The order is not known.");

    private static readonly NacreError BadContinuation =
        new(ErrorCode.ContinuationInvalid, "The continuation is unreadable, or of another list or container; begin again without it.");

    /// <summary>Fills one page with what the reader may see.</summary>
    /// <returns>The page; Malformed, TooLarge, Forbidden, ContinuationInvalid, ConsistencyTooStrong, SessionTokenInvalid, or what shards and views refuse with.</returns>
    public async ValueTask<Result<ListItemsResponse>> ListAsync(
        ContainerRoute container, Principal reader, ListItemsRequest message, ConsistencyRules consistency, CancellationToken cancellationToken)
    {
        Result<ListRequest> request = Read(container, reader, message);
        if (!request.IsOk)
        {
            return request.Error;
        }

        Result<ReadTerms> terms = consistency.TermsOf(message.Consistency, message.SessionToken, message.WantsSession, container);
        if (!terms.IsOk)
        {
            return terms.Error;
        }

        var page = new ItemPage(request.Value.MaxItems);
        List<SessionMark>? seen = terms.Value.GivesToken ? [] : null;
        Result<Continuation?> rest = request.Value.Order == ListOrder.Item
            ? await FillInItemOrderAsync(container, request.Value, terms.Value, seen, page, cancellationToken).ConfigureAwait(false)
            : await FillInChangeOrderAsync(container, request.Value, terms.Value, seen, page, cancellationToken).ConfigureAwait(false);
        if (!rest.IsOk)
        {
            return rest.Error;
        }

        page.Response.Continuation = rest.Value is { } continuation ? seal.Seal(continuation.Encode()) : "";
        if (seen is not null)
        {
            page.Response.SessionToken = string.Join(SessionTokens.Separator, seen.Select(mark => consistency.TokenOf(mark)));
        }

        return page.Response;
    }

    private Result<ListRequest> Read(ContainerRoute container, Principal reader, ListItemsRequest message)
    {
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

        if (message.Order is not (ListOrder.Item or ListOrder.Change))
        {
            return BadOrder;
        }

        var request = new ListRequest(partitionKey.Value, message.Order, count.Value, From: null);
        if (message.Continuation.Length == 0)
        {
            return request;
        }

        return seal.TryOpen(message.Continuation, out ReadOnlyMemory<byte> content) &&
            Continuation.Decode(content) is { } from &&
            from.Container == container.Id &&
            from.Scope == request.Scope
            ? request with { From = from }
            : BadContinuation;
    }

    private static async ValueTask<Result<Continuation?>> FillInItemOrderAsync(
        ContainerRoute container, ListRequest request, ReadTerms terms, List<SessionMark>? seen, ItemPage page, CancellationToken cancellationToken)
    {
        PartitionKey scope = request.PartitionKey;
        (byte[] first, byte[] end) = scope.Count == 0 ? ([], []) : ItemKey.BoundsOf(scope, container.PartitionKey.Paths.Count);
        ReadOnlyMemory<byte> from = request.From?.ItemKey ?? first;
        ReadOnlyMemory<byte> last = from;
        var filling = new PageFilling(scope, page, MostLookedAt);
        for (int i = container.IndexOf(from.Span); i < container.Ranges.Length; i++)
        {
            RangeRoute range = container.Ranges[i];
            if (end.Length > 0 && range.Interval.Min.Bytes.SequenceCompareTo(end) >= 0)
            {
                break;
            }

            if (await range.Shard.ReadAtAsync(terms.For(range.Id), cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }

            using IDocumentView view = range.Shard.Documents.OpenView();
            Note(container, range, view, seen);
            Result<IDocumentCursor> scan = view.Scan(range.Id, from, fromInclusive: request.From is null, end);
            if (!scan.IsOk)
            {
                return scan.Error;
            }

            await using IDocumentCursor cursor = scan.Value;
            PageStep step;
            while ((step = await filling.StepAsync(cursor, cancellationToken).ConfigureAwait(false)) == PageStep.Passed)
            {
                last = cursor.ItemKey.ToArray();
            }

            if (step == PageStep.Refused)
            {
                return filling.Refusal!;
            }

            if (step == PageStep.Full)
            {
                return new Continuation(container.Id, request.Scope, last, []);
            }
        }

        return (Continuation?)null;
    }

    private static async ValueTask<Result<Continuation?>> FillInChangeOrderAsync(
        ContainerRoute container, ListRequest request, ReadTerms terms, List<SessionMark>? seen, ItemPage page, CancellationToken cancellationToken)
    {
        PartitionKey scope = request.PartitionKey;
        HashInterval wantedHashes = scope.Count == 0 ? HashInterval.Whole : HashInterval.Below(scope);
        ImmutableArray<Continuation.Place> places = request.From?.Places ?? [];
        HashBound start = places.IsEmpty ? wantedHashes.Min : places[0].Interval.Min;
        var filling = new PageFilling(scope, page, MostLookedAt);
        for (int i = container.IndexOf(start.Bytes); i < container.Ranges.Length; i++)
        {
            RangeRoute range = container.Ranges[i];
            if (!range.Interval.Overlaps(wantedHashes))
            {
                continue;
            }

            if (await range.Shard.ReadAtAsync(terms.For(range.Id), cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                return refusal;
            }

            Lsn last = AfterOf(places, range.Interval);
            using IDocumentView view = range.Shard.Documents.OpenView();
            Note(container, range, view, seen);
            Result<IDocumentCursor> changes = view.Changes(range.Id, last);
            if (!changes.IsOk)
            {
                return changes.Error;
            }

            await using IDocumentCursor cursor = changes.Value;
            PageStep step;
            while ((step = await filling.StepAsync(cursor, cancellationToken).ConfigureAwait(false)) == PageStep.Passed)
            {
                last = cursor.Current.Lsn;
            }

            if (step == PageStep.Refused)
            {
                return filling.Refusal!;
            }

            if (step == PageStep.Full)
            {
                return new Continuation(container.Id, request.Scope, default, PlacesFrom(places, range.Interval, last));
            }
        }

        return (Continuation?)null;
    }

    private static void Note(ContainerRoute container, RangeRoute range, IDocumentView view, List<SessionMark>? seen)
    {
        if (seen is not null && view.LastLsn(range.Id) is { IsOk: true } last)
        {
            seen.Add(new SessionMark(container.Id, range, last.Value));
        }
    }

    /// <summary>What an interval was listed through: a part of a range that was split goes on from where the whole stood.</summary>
    private static Lsn AfterOf(ImmutableArray<Continuation.Place> places, HashInterval interval)
    {
        foreach (Continuation.Place place in places)
        {
            if (place.Interval.Contains(interval.Min.Bytes))
            {
                return place.After;
            }
        }

        return default;
    }

    /// <summary>Where this interval stands, and what was known of those above it.</summary>
    private static ImmutableArray<Continuation.Place> PlacesFrom(
        ImmutableArray<Continuation.Place> places, HashInterval current, Lsn after)
    {
        var rest = ImmutableArray.CreateBuilder<Continuation.Place>();
        rest.Add(new Continuation.Place(current, after));
        foreach (Continuation.Place place in places)
        {
            if (place.Interval.Max > current.Max)
            {
                HashBound min = place.Interval.Min < current.Max ? current.Max : place.Interval.Min;
                rest.Add(place with { Interval = new HashInterval(min, place.Interval.Max) });
            }
        }

        return rest.DrainToImmutable();
    }
}
