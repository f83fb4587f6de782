namespace Nacre.Query.Values;

/// <summary>One member of an object.</summary>
/// <param name="Name">Without escapes, in generalised UTF-8; a slice of the text where it has none.</param>
/// <param name="Value">Never Undefined.</param>
public readonly record struct ObjectMember(ReadOnlyMemory<byte> Name, QueryValue Value);
