namespace Nacre.Storage.SharedLog;

/// <summary>A frame that became durable.</summary>
/// <param name="Entries">Entries in it, of all shards.</param>
/// <param name="Bytes">Its bytes in the file, padding included.</param>
/// <param name="Duration">Writing and flushing it.</param>
public readonly record struct LogFlush(int Entries, int Bytes, TimeSpan Duration);
