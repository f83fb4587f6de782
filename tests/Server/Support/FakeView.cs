using System.Collections.Immutable;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Server.Tests.Support;

/// <summary>One point of a <see cref="FakeShard"/>.</summary>
internal sealed class FakeView(ImmutableSortedDictionary<byte[], FakeShard.Item> items, NacreError? refusal, Exception? fault) : IDocumentView
{
    public LogIndex Applied => default;

    public Result<Lsn> LastLsn(RangeId range) => new Lsn(items.Values.Select(item => item.Lsn.Value).DefaultIfEmpty().Max());

    public ValueTask<Result<DocumentLease>> ReadAsync(RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken)
    {
        if (fault is not null)
        {
            throw fault;
        }

        if (refusal is not null)
        {
            return new(refusal);
        }

        return items.TryGetValue(itemKey.ToArray(), out FakeShard.Item? item) && item.Range == range
            ? new(item.Lease())
            : new(new NacreError(ErrorCode.NotFound, "There is no such item."));
    }

    public Result<IDocumentCursor> Scan(RangeId range, ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive)
    {
        byte[] first = from.ToArray();
        byte[] end = toExclusive.ToArray();
        return refusal is not null
            ? refusal
            : new Cursor(items.Where(pair => pair.Value.Range == range
                && (ByteOrder.Instance.Compare(pair.Key, first) is var order && (order > 0 || (order == 0 && fromInclusive)))
                && (end.Length == 0 || ByteOrder.Instance.Compare(pair.Key, end) < 0)));
    }

    public Result<IDocumentCursor> Changes(RangeId range, Lsn after) => refusal is not null
        ? refusal
        : new Cursor(items.Where(pair => pair.Value.Range == range && pair.Value.Lsn > after).OrderBy(pair => pair.Value.Lsn));

    public Result<IRangeIndex> OpenIndex(RangeId range) => new NacreError(ErrorCode.Unsupported, "This view has no indexes.");

    public void Dispose()
    {
    }

    private sealed class Cursor(IEnumerable<KeyValuePair<byte[], FakeShard.Item>> items) : IDocumentCursor
    {
        private readonly IEnumerator<KeyValuePair<byte[], FakeShard.Item>> _items = items.GetEnumerator();
        private DocumentLease? _lease;

        public ReadOnlyMemory<byte> ItemKey => _items.Current.Key;

        public DocumentLease Current => _lease ??= _items.Current.Value.Lease();

        public ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
        {
            _lease?.Dispose();
            _lease = null;
            return new(_items.MoveNext());
        }

        public ValueTask DisposeAsync()
        {
            _lease?.Dispose();
            _items.Dispose();
            return default;
        }
    }
}
