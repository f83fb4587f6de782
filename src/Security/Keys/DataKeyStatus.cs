using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>What may be told of a data key.</summary>
/// <param name="Id">The key.</param>
/// <param name="Domain">The domain whose files it protects.</param>
/// <param name="State">Where it stands in its life.</param>
/// <param name="CreatedAt">When it was drawn.</param>
/// <param name="StateSince">When it came into <paramref name="State"/>.</param>
public sealed record DataKeyStatus(
    DataKeyId Id, KeyDomainId Domain, DataKeyState State, DateTimeOffset CreatedAt, DateTimeOffset StateSince);
