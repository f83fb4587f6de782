using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>What a key ring's file says, with every key still wrapped.</summary>
/// <param name="Cluster">The cluster that the ring belongs to.</param>
/// <param name="Generation">From 1; rises with each writing.</param>
/// <param name="WrittenMs">Unix time in milliseconds.</param>
/// <param name="NextDataKey">The next id to give.</param>
/// <param name="Domains">Ascending by domain.</param>
/// <param name="DataKeys">Ascending by id; destroyed ones stay.</param>
internal sealed record KeyRingContent(
    ClusterId Cluster,
    ulong Generation,
    long WrittenMs,
    DataKeyId NextDataKey,
    ImmutableArray<WrappedDomainKey> Domains,
    ImmutableArray<WrappedDataKey> DataKeys);
