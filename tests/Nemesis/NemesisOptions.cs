using System.Globalization;

namespace Nacre.Nemesis.Tests;

/// <summary>What <c>./build.sh Nemesis</c> is told.</summary>
internal sealed record NemesisOptions
{
    /// <summary>For people.</summary>
    public const string Usage = "Use --minutes=N --fault=NAME[,NAME…] --seed=S --seconds=N --repeat=N --snapshot-mib=N --network=packets|tcp --program=PATH --kept.";

    /// <summary>No round begins after so many minutes; 0: each chosen step runs once.</summary>
    public int Minutes { get; init; }

    /// <summary>Names of faults and measurements, or All.</summary>
    public IReadOnlyList<string> Steps { get; init; } = ["All"];

    /// <summary>The first round's; each has the next.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>About how long a fault lasts.</summary>
    public int Seconds { get; init; } = 12;

    /// <summary>Repetitions of each measurement.</summary>
    public int Repetitions { get; init; } = 20;

    /// <summary>Documents of the shard that reaches a new node, in MiB.</summary>
    public int SnapshotMebibytes { get; init; } = 2048;

    /// <summary>True: proxies, also where there could be namespaces.</summary>
    public bool UsesProxies { get; init; }

    /// <summary>The <c>nacre</c> of the nodes, such as a packed one; null for the one that was built beside this program.</summary>
    public string? Program { get; init; }

    /// <summary>True: the result is written to tests/Nemesis/results, and a fault that was not run fails the run.</summary>
    public bool IsKept { get; init; }

    /// <summary>Reads them.</summary>
    /// <returns>Null, and what is not understood.</returns>
    public static NemesisOptions? Parse(ReadOnlySpan<string> arguments, out string refused)
    {
        var options = new NemesisOptions();
        refused = "";
        foreach (string argument in arguments)
        {
            string[] parts = argument.Split('=', 2);
            string value = parts.Length > 1 ? parts[1] : "";
            NemesisOptions? next = parts[0] switch
            {
                "--minutes" when int.TryParse(value, CultureInfo.InvariantCulture, out int minutes) && minutes >= 0 => options with { Minutes = minutes },
                "--fault" when value.Length > 0 => options with { Steps = value.Split(',') },
                "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong seed) => options with { Seed = seed },
                "--seconds" when int.TryParse(value, CultureInfo.InvariantCulture, out int seconds) && seconds > 0 => options with { Seconds = seconds },
                "--repeat" when int.TryParse(value, CultureInfo.InvariantCulture, out int times) && times > 0 => options with { Repetitions = times },
                "--snapshot-mib" when int.TryParse(value, CultureInfo.InvariantCulture, out int size) && size > 0 => options with { SnapshotMebibytes = size },
                "--network" when value is "packets" or "tcp" => options with { UsesProxies = value == "tcp" },
                "--program" when File.Exists(value) => options with { Program = Path.GetFullPath(value) },
                "--kept" => options with { IsKept = true },
                _ => null,
            };
            if (next is null)
            {
                refused = argument;
                return null;
            }

            options = next;
        }

        return options;
    }
}
