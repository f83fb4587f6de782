using Nacre.Core.Indexing;

namespace Nacre.Query.Planning;

/// <summary>A key of ORDER BY that is a path.</summary>
/// <param name="Path">Without elements; never the root.</param>
/// <param name="IsDescending">DESC.</param>
public sealed record OrderPath(DocumentPath Path, bool IsDescending);
