namespace Nacre.Testing;

/// <summary>One operation, as recorded.</summary>
/// <param name="Number">Counts changes from 1; a read carries the number of the change before it.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="Position">Byte offset, or the length asked for; 0 where neither applies.</param>
/// <param name="Length">Bytes read or written; 0 for the others.</param>
public readonly record struct SimulatedOperation(
    long Number, SimulatedOperationKind Kind, string Path, long Position, int Length);
