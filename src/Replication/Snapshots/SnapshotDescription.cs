using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>A snapshot that a node holds for others to fetch.</summary>
/// <param name="Manifest">What it consists of.</param>
/// <param name="Term">The term of its last entry, as that node's log tells it.</param>
public sealed record SnapshotDescription(SnapshotManifest Manifest, Term Term)
{
    /// <summary>Its last entry.</summary>
    public SnapshotPoint Point => new(Manifest.Index, Term);

    /// <summary>Bytes of all its files.</summary>
    public long TotalBytes
    {
        get
        {
            long total = 0;
            foreach (ref readonly SnapshotFile file in Manifest.Files.AsSpan())
            {
                total += file.Length;
            }

            return total;
        }
    }
}
