namespace Nacre.Cli.Transfer;

/// <summary>What an export did.</summary>
/// <param name="Items">Items written, over all runs.</param>
/// <param name="Bytes">Length of the file, as it lies on the disk.</param>
/// <param name="File">The file; null for standard output.</param>
/// <param name="Resumed">True when this run went on where another had stopped.</param>
/// <param name="Seconds">Duration of this run.</param>
/// <param name="ItemsPerSecond">Of this run.</param>
internal sealed record ExportSummary(long Items, long Bytes, string? File, bool Resumed, double Seconds, double ItemsPerSecond);
