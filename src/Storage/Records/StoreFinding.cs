namespace Nacre.Storage.Records;

/// <summary>Something in a shard's folder that is not as it was written.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Place">Where in it: block, tags, seal, header, or the whole file.</param>
/// <param name="What">What is wrong, in words; no document text.</param>
internal sealed record StoreFinding(string File, string Place, string What);
