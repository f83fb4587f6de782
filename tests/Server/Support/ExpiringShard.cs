using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.StateMachines;
using Nacre.Server.Routing;

namespace Nacre.Server.Tests.Support;

/// <summary>A shard whose views last for a few moves of a cursor, as if a checkpoint had passed meanwhile.</summary>
internal sealed class ExpiringShard(IDataShard inner, int moves) : IDataShard, IDocumentReader
{
    public ShardId Id => inner.Id;

    public NodeId LeaderNode => inner.LeaderNode;

    public bool IsLedElsewhere => inner.IsLedElsewhere;

    public IDocumentReader Documents => this;

    /// <summary>Views that were opened.</summary>
    public int Views { get; private set; }

    public ValueTask<NacreError?> ReadAtAsync(in ReadDemand demand, CancellationToken cancellationToken) => inner.ReadAtAsync(demand, cancellationToken);

    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken) =>
        inner.ProposeAsync(header, command, mayWait, cancellationToken);

    public IDocumentView OpenView()
    {
        Views++;
        return new View(inner.Documents.OpenView(), moves);
    }

    private sealed class View(IDocumentView inner, int moves) : IDocumentView
    {
        public LogIndex Applied => inner.Applied;

        public Result<Lsn> LastLsn(RangeId range) => inner.LastLsn(range);

        public ValueTask<Result<DocumentLease>> ReadAsync(RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken) =>
            inner.ReadAsync(range, itemKey, cancellationToken);

        public Result<IDocumentCursor> Scan(RangeId range, ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive)
        {
            Result<IDocumentCursor> scan = inner.Scan(range, from, fromInclusive, toExclusive);
            return scan.IsOk ? new Cursor(scan.Value, moves) : scan.Error;
        }

        public Result<IDocumentCursor> Changes(RangeId range, Lsn after) => inner.Changes(range, after);

        public Result<IRangeIndex> OpenIndex(RangeId range) => inner.OpenIndex(range);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Cursor(IDocumentCursor inner, int moves) : IDocumentCursor
    {
        private int _left = moves;

        public ReadOnlyMemory<byte> ItemKey => inner.ItemKey;

        public DocumentLease Current => inner.Current;

        public ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken) => _left-- > 0
            ? inner.MoveNextAsync(cancellationToken)
            : new(new NacreError(ErrorCode.Unavailable, "The view is gone."));

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
