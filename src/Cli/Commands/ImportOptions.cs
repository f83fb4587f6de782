using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>What to import, where to, and how.</summary>
/// <param name="Database">The database's name.</param>
/// <param name="Container">The container's name.</param>
/// <param name="File">A path, or - for standard input.</param>
/// <param name="Mode">What becomes of items that are there already.</param>
/// <param name="Rejects">Path of the reject file; null: beside the file.</param>
/// <param name="State">Path of the state file; null: beside the file.</param>
/// <param name="Restart">True: whatever state there is is ignored.</param>
internal sealed record ImportOptions(
    string Database, string Container, string File, BulkMode Mode = BulkMode.Upsert, string? Rejects = null, string? State = null, bool Restart = false);
