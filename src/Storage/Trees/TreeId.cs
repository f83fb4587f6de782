namespace Nacre.Storage.Trees;

/// <summary>One ordered index of a shard; written into each of its nodes.</summary>
/// <param name="Value">From 1; given by the state machine, never reused in a shard.</param>
internal readonly record struct TreeId(uint Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
