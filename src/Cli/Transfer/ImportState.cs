namespace Nacre.Cli.Transfer;

/// <summary>How far an import has come: everything before its place is acknowledged or in the reject file.</summary>
/// <param name="Version">Of this format: 1.</param>
/// <param name="Source">Fingerprint of the file.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Lines">Lines done.</param>
/// <param name="Offset">Unpacked bytes done.</param>
/// <param name="Written">Items written.</param>
/// <param name="Rejected">Lines in the reject file.</param>
internal sealed record ImportState(int Version, string Source, TransferTarget Target, long Lines, long Offset, long Written, long Rejected);
