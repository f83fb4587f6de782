using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>An account key in the catalogue; there is one of each kind at most.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="KeyId">Names it in signatures; not secret. 1 to 64 characters.</param>
/// <param name="Sealed">The key as Security sealed it; opaque here. 1 to 4,096 bytes.</param>
/// <param name="Created">When it was set, by the leader's clock.</param>
/// <param name="Version">The control command that set it.</param>
public sealed record AccountKeyRecord(
    AccountKeyKind Kind, string KeyId, ReadOnlyMemory<byte> Sealed, DateTimeOffset Created, Sequence Version);
