using Nacre.Core.Documents;
using Nacre.Server.Consistency;
using Nacre.Server.Routing;

namespace Nacre.Server.Queries;

/// <summary>The items that a query may see, and what their reading promises.</summary>
/// <param name="Container">Where they are.</param>
/// <param name="PartitionKey">What they are at or below: what was asked for, narrowed to what the caller may see. Empty for all.</param>
/// <param name="Terms">What is promised.</param>
/// <param name="Seen">Gets what the session has seen then; null where nobody asks.</param>
internal sealed record QueryScope(ContainerRoute Container, PartitionKey PartitionKey, ReadTerms Terms, List<SessionMark>? Seen);
