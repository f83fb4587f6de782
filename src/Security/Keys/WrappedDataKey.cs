using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>A data key, wrapped by its domain's key.</summary>
/// <param name="Id">The key.</param>
/// <param name="Domain">The domain whose files it protects.</param>
/// <param name="State">Bound into the wrapping, so that it cannot be changed alone.</param>
/// <param name="CreatedMs">Unix time in milliseconds.</param>
/// <param name="StateSinceMs">When it came into <paramref name="State"/>; Unix time in milliseconds.</param>
/// <param name="Wrapped"><see cref="KeyWrap.WrappedBytes"/> bytes; zeros once destroyed.</param>
internal sealed record WrappedDataKey(
    DataKeyId Id, KeyDomainId Domain, DataKeyState State, long CreatedMs, long StateSinceMs, byte[] Wrapped);
