namespace Nacre.Testing.Histories;

/// <summary>What a client asks of one item.</summary>
/// <param name="Kind">Read, write, or write where the version is still as it was.</param>
/// <param name="Value">Written; each write has a value of its own.</param>
/// <param name="Expected">For a conditional write: the value that the item must have.</param>
public readonly record struct RegisterInput(RegisterOperation Kind, long Value = 0, long Expected = 0);
