namespace Nacre.Cli.Transfer;

/// <summary>How far an export has come: the part file's first bytes are whole items, and the list goes on at the continuation.</summary>
/// <param name="Version">Of this format: 1.</param>
/// <param name="Source">Where the items come from.</param>
/// <param name="PartitionKey">The levels asked for, as typed; empty for the whole container.</param>
/// <param name="Continuation">Where the list goes on.</param>
/// <param name="Bytes">Bytes of the part file that count.</param>
/// <param name="Items">Items in them.</param>
internal sealed record ExportState(int Version, TransferTarget Source, IReadOnlyList<string> PartitionKey, string Continuation, long Bytes, long Items);
