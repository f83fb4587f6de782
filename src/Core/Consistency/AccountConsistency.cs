using System.Globalization;
using Nacre.Core.Errors;

namespace Nacre.Core.Consistency;

/// <summary>What reads of an account promise when they ask for nothing else, and the most that they may ask for.</summary>
/// <param name="Level">The account's level.</param>
/// <param name="Bound">For reads at bounded staleness.</param>
public sealed record AccountConsistency(ConsistencyLevel Level, StalenessBound Bound)
{
    /// <summary>The setting of the catalogue that holds it: level, versions and seconds as decimal numbers with spaces between.</summary>
    public const string SettingName = "consistency";

    private static readonly NacreError UnknownLevel =
        new(ErrorCode.Malformed, "The consistency level is not known. It is strong, bounded staleness, session, consistent prefix or eventual.");

    private static readonly NacreError BadBound = new(
        ErrorCode.Malformed,
        $"Bounded staleness has {StalenessBound.MinVersions} to {StalenessBound.MaxVersions} versions and 5 to 86,400 whole seconds.");

    private static readonly NacreError[] TooStrong = [.. Enum.GetValues<ConsistencyLevel>().Select(level => new NacreError(
        ErrorCode.ConsistencyTooStrong,
        $"The account's consistency is {NameOf(level)}, and a request may ask for less than that, never for more. Ask for no level, or change the account's."))];

    /// <summary>A new account's.</summary>
    public static AccountConsistency Default { get; } = new(ConsistencyLevel.Strong, StalenessBound.Default);

    /// <summary>Checks level and bound.</summary>
    /// <returns>Itself, or Malformed.</returns>
    public Result<AccountConsistency> Checked() =>
        Level is < ConsistencyLevel.Strong or > ConsistencyLevel.Eventual ? UnknownLevel : Bound.IsValid ? this : BadBound;

    /// <summary>The level that a request is served at.</summary>
    /// <param name="asked">What it asks for.</param>
    /// <returns>The level; ConsistencyTooStrong, or Malformed for none that is known.</returns>
    public Result<ConsistencyLevel> LevelFor(ConsistencyLevel asked) => asked switch
    {
        ConsistencyLevel.Unspecified => Level,
        > ConsistencyLevel.Eventual => UnknownLevel,
        _ => asked < Level ? TooStrong[(int)Level] : asked,
    };

    /// <summary>The setting's value.</summary>
    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{(byte)Level} {Bound.Versions} {(long)Bound.Age.TotalSeconds}");

    /// <summary>Reads the setting's value; what cannot be read counts as the default, which promises most.</summary>
    /// <param name="value">Null where it is not set.</param>
    public static AccountConsistency Parse(string? value)
    {
        if (value?.Split(' ') is not [var level, var versions, var seconds] ||
            !byte.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ||
            !ulong.TryParse(versions, NumberStyles.None, CultureInfo.InvariantCulture, out ulong most) ||
            !uint.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out uint age))
        {
            return Default;
        }

        Result<AccountConsistency> read = new AccountConsistency((ConsistencyLevel)number, new StalenessBound(most, TimeSpan.FromSeconds(age))).Checked();
        return read.IsOk ? read.Value : Default;
    }

    private static string NameOf(ConsistencyLevel level) => level switch
    {
        ConsistencyLevel.BoundedStaleness => "bounded staleness",
        ConsistencyLevel.ConsistentPrefix => "consistent prefix",
        ConsistencyLevel.Session => "session",
        ConsistencyLevel.Eventual => "eventual",
        _ => "strong",
    };
}
