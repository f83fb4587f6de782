namespace Nacre.Client;

/// <summary>How far the indexes of a range are built.</summary>
/// <param name="Range">As in <see cref="ContainerRange.Id"/>.</param>
/// <param name="IsReady">Whether all that the policy has answers queries; until then, what the policy before had does.</param>
/// <param name="Fraction">About which part of the items is indexed, 0 to 1; 1 when ready.</param>
/// <param name="Items">Items of the range.</param>
/// <param name="ItemsLeft">About how many are still to be indexed; 0 when ready.</param>
public sealed record RangeIndexingProgress(ulong Range, bool IsReady, double Fraction, long Items, long ItemsLeft);
