using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>A domain's key, wrapped by the root key.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Version">From 1; rises with each rotation of the domain's key.</param>
/// <param name="CreatedMs">Unix time in milliseconds.</param>
/// <param name="Wrapped"><see cref="KeyWrap.WrappedBytes"/> bytes.</param>
internal sealed record WrappedDomainKey(KeyDomainId Domain, uint Version, long CreatedMs, byte[] Wrapped);
