using Nacre.Core.Documents;

namespace Nacre.Server.Queries.Planning;

/// <summary>An item, or what an index told of some that are alike.</summary>
/// <param name="ItemKey">Its key; empty where it stands for several.</param>
/// <param name="Lease">The item, which whoever takes this disposes; null for what was made of an index.</param>
/// <param name="Made">What was made.</param>
/// <param name="Times">How many items it stands for.</param>
internal readonly record struct Answer(ReadOnlyMemory<byte> ItemKey, DocumentLease? Lease, ReadOnlyMemory<byte> Made, long Times);
