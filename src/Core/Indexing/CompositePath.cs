namespace Nacre.Core.Indexing;

/// <summary>A component of a <see cref="CompositeIndex"/>.</summary>
/// <param name="Path">Without steps into elements.</param>
/// <param name="IsDescending">Whether the index has this component from high to low.</param>
public sealed record CompositePath(DocumentPath Path, bool IsDescending);
