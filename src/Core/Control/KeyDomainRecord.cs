using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A key domain that databases may be in.</summary>
/// <param name="Id">The domain; <see cref="KeyDomainId.Shared"/> is there from the cluster's creation.</param>
/// <param name="Version">The control command that made it.</param>
public sealed record KeyDomainRecord(KeyDomainId Id, Sequence Version);
