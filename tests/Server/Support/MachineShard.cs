using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Server.Routing;
using Nacre.Storage.Documents;

namespace Nacre.Server.Tests.Support;

/// <summary>A real shard's state machine to read from, also after another one was opened over its store.</summary>
internal sealed class MachineShard(Func<DocumentStateMachine> machine) : IDataShard, IDocumentReader
{
    public ShardId Id => new(1);

    public NodeId LeaderNode => new(1);

    public bool IsLedElsewhere => false;

    public IDocumentReader Documents => this;

    public IDocumentView OpenView() => machine().OpenView();

    public ValueTask<NacreError?> ReadAtAsync(in ReadDemand demand, CancellationToken cancellationToken) => new((NacreError?)null);

    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
