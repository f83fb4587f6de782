using Nacre.Core.Errors;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What the real recovery made of an image.</summary>
internal sealed record Recovery
{
    /// <summary>True where nothing was there that a start goes on with.</summary>
    public bool IsNew { get; init; }

    /// <summary>Why the node did not start, or what refused a read.</summary>
    public NacreError? Refusal { get; init; }

    /// <summary>The first thing that is wrong whatever was acknowledged; null for none.</summary>
    public string? Wrong { get; init; }

    /// <summary>The last entry of the data shard that was recovered.</summary>
    public ulong Data { get; init; }

    /// <summary>The last entry of the control shard that was recovered.</summary>
    public ulong Control { get; init; }

    /// <summary>After which of the guest's appends its log may stand.</summary>
    public IReadOnlyList<ulong> Guest { get; init; } = [];

    /// <summary>How far the guest's log was let go of.</summary>
    public ulong GuestReleased { get; init; }

    /// <summary>Why a power cut at some place of the recording must not leave this; null where it may.</summary>
    /// <param name="history">What was written and answered.</param>
    /// <param name="position">The place.</param>
    /// <param name="lostFrom">As for <see cref="ShardHistory{T}.Judge"/>.</param>
    public string? Judge(History history, int position, int lostFrom = int.MaxValue)
    {
        if (Wrong is not null)
        {
            return Wrong;
        }

        if (IsNew)
        {
            return position > history.MadeAt ? "the folder was begun anew" : null;
        }

        if (history.Data.Judge(Data, position, lostFrom) is { } data)
        {
            return $"documents: {data}";
        }

        if (history.Control.Judge(Control, position, lostFrom) is { } control)
        {
            return $"catalogue: {control}";
        }

        if (GuestReleased > history.GuestReleases.Where(release => release.Position <= position).Select(release => release.Index).DefaultIfEmpty(0UL).Max())
        {
            return $"log: the guest's entries through {GuestReleased} are gone, and were not released";
        }

        string? guest = null;
        foreach (ulong state in Guest)
        {
            guest = history.Guest.Judge(state, position, lostFrom);
            if (guest is null)
            {
                return null;
            }
        }

        return $"log: guest: {guest}";
    }
}
