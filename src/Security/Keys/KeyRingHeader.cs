using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>What a key ring's file tells without the root key. Not to be trusted before the ring is opened.</summary>
/// <param name="Cluster">The cluster that the ring belongs to.</param>
/// <param name="Generation">Rises with each writing.</param>
/// <param name="RootKey">The root key that the ring is sealed under.</param>
/// <param name="WrittenAt">When the file was written.</param>
public sealed record KeyRingHeader(ClusterId Cluster, ulong Generation, RootKeyId RootKey, DateTimeOffset WrittenAt);
