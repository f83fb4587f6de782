namespace Nacre.Storage.Records;

/// <summary>What a manifest keeps of a log of records, beside its blocks.</summary>
/// <param name="Begin">Address of the first record that is still there; 64 in a new log.</param>
/// <param name="End">Where the log ends: a multiple of the block size; 0 for a store without a checkpoint.</param>
/// <param name="Records">About how many records there are, dead ones included.</param>
internal readonly record struct RecordLogState(long Begin, long End, long Records);
