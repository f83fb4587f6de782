using System.Text;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// What every entry carries before its command. The proposer fills in the request's part, the leader the rest
/// (<see cref="LeaderStamp"/>). Layout in <c>docs/formats/entry.md</c>.
/// </summary>
public readonly struct EntryHeader
{
    /// <summary>
    /// How commands are encoded and what applying them means; replicas apply no version that they do not know.
    /// </summary>
    public const ushort CurrentSemantics = 1;

    /// <summary>Most bytes of UTF-8 in <see cref="PrincipalId"/>.</summary>
    public const int MaxPrincipalBytes = 255;

    /// <summary>Makes a header of this version without a request: all else zero.</summary>
    public EntryHeader()
    {
    }

    /// <summary>Version of the commands' encoding and meaning.</summary>
    public ushort Semantics { get; init; } = CurrentSemantics;

    /// <summary>What the entry is for.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>Why it was proposed.</summary>
    public EntryCause Cause { get; init; }

    /// <summary>The cluster; an entry of another is refused.</summary>
    public ClusterId Cluster { get; init; }

    /// <summary>The shard.</summary>
    public ShardId Shard { get; init; }

    /// <summary>The replica set that it was proposed in.</summary>
    public ReplicaSetGeneration ReplicaSet { get; init; }

    /// <summary>The write epoch that it was proposed in.</summary>
    public WriteEpoch Epoch { get; init; }

    /// <summary>The region whose leader proposed it.</summary>
    public RegionId Origin { get; init; }

    /// <summary>Gapless count of the shard's commands; entries without a command repeat the last one's.</summary>
    public Sequence Sequence { get; init; }

    /// <summary>The range that the command is for; 0 for none.</summary>
    public RangeId Range { get; init; }

    /// <summary>The range's generation as the proposer knew it; apply refuses another with RangeMoved.</summary>
    public RangeGeneration Generation { get; init; }

    /// <summary>Operations in the command, which take effect all or none; their ordinals count from 0.</summary>
    public uint Operations { get; init; }

    /// <summary>The container's incarnation; 0 for none.</summary>
    public ContainerId Container { get; init; }

    /// <summary>0: apply gives the log sequence number. Else that of a write copied from another shard.</summary>
    public Lsn Lsn { get; init; }

    /// <summary>The leader's clock, never below that of an earlier entry; UTC.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The caller's idempotency key, if any.</summary>
    public IdempotencyKey Idempotency { get; init; }

    /// <summary>The caller's request.</summary>
    public ActivityId Activity { get; init; }

    /// <summary>The data key of the domain when the entry was proposed; 0 for none.</summary>
    public DataKeyId Key { get; init; }

    /// <summary>The caller's kind.</summary>
    public PrincipalKind PrincipalKind { get; init; }

    /// <summary>
    /// The caller's name as UTF-8, at most <see cref="MaxPrincipalBytes"/>; of a decoded header it lies in the entry.
    /// </summary>
    public ReadOnlyMemory<byte> PrincipalId { get; init; }

    /// <summary>The caller's name.</summary>
    public string PrincipalName => Encoding.UTF8.GetString(PrincipalId.Span);
}
