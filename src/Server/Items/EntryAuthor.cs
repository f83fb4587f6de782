using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Server.Items;

/// <summary>Who an entry comes from.</summary>
/// <param name="PrincipalKind">The caller's kind.</param>
/// <param name="PrincipalId">The caller's name, at most 255 bytes of UTF-8.</param>
/// <param name="Activity">The request.</param>
internal readonly record struct EntryAuthor(PrincipalKind PrincipalKind, ReadOnlyMemory<byte> PrincipalId, ActivityId Activity);
