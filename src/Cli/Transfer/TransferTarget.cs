namespace Nacre.Cli.Transfer;

/// <summary>The container at the other end of an import or export: an interrupted one goes on only there.</summary>
/// <param name="Endpoint">The server's address.</param>
/// <param name="Database">The database's name.</param>
/// <param name="Container">The container's name.</param>
/// <param name="ContainerId">The incarnation: another container of the same name is another target.</param>
internal sealed record TransferTarget(string Endpoint, string Database, string Container, ulong ContainerId);
