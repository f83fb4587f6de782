using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Server.Routing;

/// <summary>A data shard as requests meet it: a place to propose to and to read from.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IDataShard
{
    /// <summary>Which one it is.</summary>
    ShardId Id { get; }

    /// <summary>The node that leads it; 0 while none is known.</summary>
    NodeId LeaderNode { get; }

    /// <summary>Whether another node leads it: a write and a strong read cost a question to that one.</summary>
    bool IsLedElsewhere { get; }

    /// <summary>Reads its documents, once <see cref="ReadAtAsync"/> has let the reader through.</summary>
    IDocumentReader Documents { get; }

    /// <summary>Completes once the next view shows what a read is promised. Synchronous where that is known already.</summary>
    /// <param name="demand">What is promised.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null, or NotLeader, Unavailable, StorageFailed.</returns>
    ValueTask<NacreError?> ReadAtAsync(in ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>Proposes a command; completes once it is applied.</summary>
    /// <param name="header">The request's part of the entry header.</param>
    /// <param name="command">The encoded command; borrowed until this call returns, not until it completes.</param>
    /// <param name="mayWait">Whether this call may block for a quick flush: the caller's thread has nothing else to do until then.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <returns>What came of it; or NotLeader, Overloaded, Unavailable, DiskFull, DeadlineExceeded, OutcomeUnknown, StorageFailed. Awaited once.</returns>
    ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken);
}
