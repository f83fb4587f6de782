namespace Nacre.Storage;

/// <summary>Something that an offline check of files has to say.</summary>
/// <param name="IsDamage">True for what must not be; false for a note: what a crash leaves, or what cannot be told.</param>
/// <param name="File">The file's path, or the folder.</param>
/// <param name="Place">Where in it, in words: byte offset, frame, block, or tablet and write.</param>
/// <param name="What">What was found there; no document text, no ids of items.</param>
public sealed record StorageFinding(bool IsDamage, string File, string Place, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}, {Place}: {What}";
}
