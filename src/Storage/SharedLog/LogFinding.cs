namespace Nacre.Storage.SharedLog;

/// <summary>Something that a check of a log has to say.</summary>
/// <param name="IsDamage">True for what must not be; false for a note: a log without the seal of a clean stop.</param>
/// <param name="File">The segment's path, or the folder.</param>
/// <param name="Place">Where in it, in words: byte offset and frame.</param>
/// <param name="What">What was found there; no document text.</param>
public sealed record LogFinding(bool IsDamage, string File, string Place, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}, {Place}: {What}";
}
