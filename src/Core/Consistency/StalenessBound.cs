namespace Nacre.Core.Consistency;

/// <summary>How far behind a read may be.</summary>
/// <param name="Versions">Acknowledged writes of a range that it may lack.</param>
/// <param name="Age">For how long an acknowledged write may be lacking.</param>
public readonly record struct StalenessBound(ulong Versions, TimeSpan Age)
{
    /// <summary>Least <see cref="Versions"/>.</summary>
    public const ulong MinVersions = 10;

    /// <summary>Greatest <see cref="Versions"/>.</summary>
    public const ulong MaxVersions = int.MaxValue;

    /// <summary>Least <see cref="Age"/>.</summary>
    public static readonly TimeSpan MinAge = TimeSpan.FromSeconds(5);

    /// <summary>Greatest <see cref="Age"/>.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>What holds where nobody has said otherwise.</summary>
    public static StalenessBound Default { get; } = new(100_000, TimeSpan.FromSeconds(300));

    /// <summary>True when both are in their ranges, and the age in whole seconds.</summary>
    public bool IsValid => Versions is >= MinVersions and <= MaxVersions && Age >= MinAge && Age <= MaxAge && Age.Ticks % TimeSpan.TicksPerSecond == 0;
}
