using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>
/// A partition key: one value for each of the container's partition key paths, outermost first. Lists also take a
/// prefix. Text, numbers and booleans convert by themselves: <c>container.ReadAsync&lt;City&gt;("DE", id)</c>.
/// </summary>
/// <remarks>Immutable. Keep one that is used often: it is encoded once.</remarks>
public readonly struct PartitionKey : IEquatable<PartitionKey>
{
    private PartitionKey(Wire.PartitionKey wire) => Wire = wire;

    /// <summary>How many levels it gives; 0 for the default value, which is no key.</summary>
    public int Levels => Wire?.Values.Count ?? 0;

    internal Wire.PartitionKey? Wire { get; }

    /// <summary>A key of one text level.</summary>
    public static implicit operator PartitionKey(string value) => Of(value);

    /// <summary>A key of one number level.</summary>
    public static implicit operator PartitionKey(double value) => Of(value);

    /// <summary>A key of one boolean level.</summary>
    public static implicit operator PartitionKey(bool value) => Of(value);

    /// <summary>A key of one level.</summary>
    public static implicit operator PartitionKey(PartitionKeyValue value) => Of(value);

    /// <summary>Compares level by level.</summary>
    public static bool operator ==(PartitionKey left, PartitionKey right) => left.Equals(right);

    /// <summary>Compares level by level.</summary>
    public static bool operator !=(PartitionKey left, PartitionKey right) => !left.Equals(right);

    /// <summary>Makes a key.</summary>
    /// <param name="levels">1 to 3 values, outermost first.</param>
    public static PartitionKey Of(params ReadOnlySpan<PartitionKeyValue> levels)
    {
        if (levels.Length is < 1 or > 3)
        {
            throw new ArgumentException("A partition key has 1 to 3 levels.", nameof(levels));
        }

        var wire = new Wire.PartitionKey();
        foreach (PartitionKeyValue level in levels)
        {
            wire.Values.Add(level.ToWire());
        }

        return new(wire);
    }

    /// <inheritdoc/>
    public bool Equals(PartitionKey other) => Equals(Wire, other.Wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PartitionKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Wire?.GetHashCode() ?? 0;

    /// <summary>As JSON: an array of the levels, with <c>undefined</c> where the document has nothing.</summary>
    public override string ToString() => $"[{string.Join(',', (Wire?.Values ?? []).Select(PartitionKeyValue.FromWire))}]";

    internal static PartitionKey FromWire(Wire.PartitionKey wire) => new(wire);

    internal Wire.PartitionKey Required() =>
        Wire ?? throw new ArgumentException("This operation needs a partition key.");
}
