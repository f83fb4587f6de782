using Nacre.Core.Documents;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Documents;

/// <summary>An open data shard: what its entries act on, and what reads the result.</summary>
/// <param name="Machine">Given to the shard's replica, which disposes it.</param>
/// <param name="Documents">Reads the documents; as long as the state machine is not disposed.</param>
/// <param name="Encryption">Takes what is stored to the current data key; until the state machine is disposed.</param>
/// <param name="Status">Looks at the shard; until the state machine is disposed. Thread-safe.</param>
public sealed record DocumentShard(
    IStateMachine Machine, IDocumentReader Documents, IShardEncryption Encryption, Func<DocumentShardStatus> Status);
