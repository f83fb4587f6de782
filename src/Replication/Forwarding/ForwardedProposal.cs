using Nacre.Core.Ids;

namespace Nacre.Replication.Forwarding;

/// <summary>A proposal on its way to the node that leads.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Entry">Header and command, as <c>docs/formats/entry.md</c> lays them out, without the leader's stamp.</param>
/// <param name="MayUseReserve">As for <see cref="Proposal.MayUseReserve"/>.</param>
public readonly record struct ForwardedProposal(ShardId Shard, byte[] Entry, bool MayUseReserve);
