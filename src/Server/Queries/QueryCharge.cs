namespace Nacre.Server.Queries;

/// <summary>What a page of a query costs: 1, and 0.05 more for each item looked at, each KiB of items read, and each row given; and 0.002 for each index entry looked at.</summary>
/// <remarks>It depends on the data and the query alone, never on the machine or its load. Decision 34 tells why so.</remarks>
internal static class QueryCharge
{
    private const double Base = 1;
    private const double Each = 0.05;
    private const double EachEntry = 0.002;
    private const double BytesOfOne = 1024;

    /// <summary>The charge of a page, to two digits.</summary>
    /// <param name="items">Items looked at.</param>
    /// <param name="bytes">Bytes of those.</param>
    /// <param name="rows">Rows given.</param>
    /// <param name="entries">Index entries looked at.</param>
    public static double Of(long items, long bytes, long rows, long entries) =>
        Math.Round(Base + (Each * (items + rows + (bytes / BytesOfOne))) + (EachEntry * entries), 2, MidpointRounding.AwayFromZero);
}
