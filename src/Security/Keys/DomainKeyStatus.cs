using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>What may be told of a domain's key.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Version">From 1; rises with each rotation.</param>
/// <param name="CreatedAt">When this version was drawn.</param>
public sealed record DomainKeyStatus(KeyDomainId Domain, uint Version, DateTimeOffset CreatedAt);
