namespace Nacre.Cli.Transfer;

/// <summary>What an import did.</summary>
/// <param name="Lines">Lines read, over all runs; blank ones counted.</param>
/// <param name="Written">Items written, over all runs.</param>
/// <param name="Rejected">Lines rejected, over all runs.</param>
/// <param name="RejectFile">Where those are; null without any.</param>
/// <param name="Resumed">True when this run went on where another had stopped.</param>
/// <param name="Seconds">Duration of this run.</param>
/// <param name="ItemsPerSecond">Of this run.</param>
internal sealed record ImportSummary(
    long Lines, long Written, long Rejected, string? RejectFile, bool Resumed, double Seconds, double ItemsPerSecond);
