using Nacre.Core.Ids;
using Nacre.Security.Authorisation;

namespace Nacre.Server.Items;

/// <summary>Who an entry comes from.</summary>
/// <param name="Principal">The caller.</param>
/// <param name="Activity">The request.</param>
internal readonly record struct EntryAuthor(Principal Principal, ActivityId Activity);
