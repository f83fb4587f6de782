using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>A checkpoint of a hash index: recovery starts from it instead of reading the whole log.</summary>
/// <param name="Token">FASTER's name for it.</param>
/// <param name="Metadata">FASTER's own words about it.</param>
/// <param name="TailAddress">
/// The log's tail when it was complete: it serves checkpoints that end there or later.
/// </param>
/// <param name="Device">Where its pages are.</param>
internal sealed record IndexCheckpoint(Guid Token, byte[] Metadata, long TailAddress, EncryptedDevice Device);
