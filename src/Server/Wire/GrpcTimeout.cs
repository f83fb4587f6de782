using System.Globalization;

namespace Nacre.Server.Wire;

/// <summary>The header in which a gRPC caller says how long it waits.</summary>
internal static class GrpcTimeout
{
    /// <summary>The header's name.</summary>
    public const string Header = "grpc-timeout";

    private const int MaxDigits = 8;

    /// <summary>Reads a value such as <c>100m</c>: 1 to 8 digits and a unit, one of <c>H M S m u n</c>.</summary>
    /// <returns>False for anything else, and for zero.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1 ||
            !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long amount) ||
            amount == 0)
        {
            return false;
        }

        timeout = text[^1] switch
        {
            'H' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerHour),
            'M' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMinute),
            'S' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerSecond),
            'm' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMillisecond),
            'u' => TimeSpan.FromTicks(amount * TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(Math.Max(1, amount / TimeSpan.NanosecondsPerTick)),
            _ => TimeSpan.Zero,
        };
        return timeout > TimeSpan.Zero;
    }
}
