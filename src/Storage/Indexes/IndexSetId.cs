namespace Nacre.Storage.Indexes;

/// <summary>One build of a range's indexes; the first part of their keys. Never reused in a store.</summary>
/// <param name="Value">From 1.</param>
internal readonly record struct IndexSetId(uint Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
