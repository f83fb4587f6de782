using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>What may be told of a key ring: ids, states and times, never key bytes.</summary>
/// <param name="Cluster">The cluster that the ring belongs to.</param>
/// <param name="Generation">Rises with each writing.</param>
/// <param name="RootKey">The root key that the ring is sealed under.</param>
/// <param name="WrittenAt">When the ring was last written.</param>
/// <param name="Domains">Ascending by domain.</param>
/// <param name="DataKeys">Ascending by id; destroyed ones included.</param>
public sealed record KeyRingStatus(
    ClusterId Cluster,
    ulong Generation,
    RootKeyId RootKey,
    DateTimeOffset WrittenAt,
    IReadOnlyList<DomainKeyStatus> Domains,
    IReadOnlyList<DataKeyStatus> DataKeys);
