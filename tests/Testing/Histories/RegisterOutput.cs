namespace Nacre.Testing.Histories;

/// <summary>What was answered.</summary>
/// <param name="Value">What a read saw; 0 for nothing.</param>
/// <param name="Done">For a conditional write: whether it took effect.</param>
public readonly record struct RegisterOutput(long Value = 0, bool Done = true);
