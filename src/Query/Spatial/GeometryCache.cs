using Nacre.Core.Spatial;

namespace Nacre.Query.Spatial;

/// <summary>
/// The last few geometries that a query read, with their text: the polygon that a query names is the same for every row.
/// </summary>
/// <remarks>
/// Not thread-safe. Texts are compared by their bytes, because the memory of a row may hold another row later. Short ones
/// are read faster than they are looked for.
/// </remarks>
internal sealed class GeometryCache
{
    private const int MinBytes = 100;
    private const int Most = 4;

    private readonly (byte[] Json, Geometry? Geometry, string? Fault)[] _entries = new (byte[], Geometry?, string?)[Most];
    private int _next;

    /// <summary>Looks a text up.</summary>
    /// <returns>Whether it was read before; then what came of it.</returns>
    public bool TryGet(ReadOnlySpan<byte> json, out Geometry? geometry, out string? fault)
    {
        foreach ((byte[] text, Geometry? known, string? wrong) in _entries)
        {
            if (json.Length >= MinBytes && json.SequenceEqual(text))
            {
                geometry = known;
                fault = wrong;
                return true;
            }
        }

        geometry = null;
        fault = null;
        return false;
    }

    /// <summary>Keeps what came of a text, in the place of the oldest.</summary>
    public void Add(ReadOnlySpan<byte> json, Geometry? geometry, string? fault)
    {
        if (json.Length >= MinBytes)
        {
            _entries[_next] = (json.ToArray(), geometry, fault);
            _next = (_next + 1) % Most;
        }
    }
}
