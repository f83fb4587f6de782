namespace Nacre.Client;

/// <summary>A component of an index over several paths.</summary>
/// <param name="Path">Such as <c>/name</c>, without <c>/?</c> at its end and without steps into arrays.</param>
/// <param name="IsDescending">Whether the index has it from high to low.</param>
public sealed record CompositePath(string Path, bool IsDescending = false);
