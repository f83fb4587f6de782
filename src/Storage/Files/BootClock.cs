using System.Runtime.InteropServices;
using Nacre.Core;
using Nacre.Core.Time;

namespace Nacre.Storage.Files;

/// <summary>The kernel's CLOCK_BOOTTIME.</summary>
public sealed partial class BootClock : IBootClock
{
    private const int ClockBootTime = 7;

    /// <summary>The one.</summary>
    public static BootClock Instance { get; } = new();

    /// <inheritdoc/>
    public TimeSpan Now
    {
        get
        {
            Invariant.Check(GetTime(ClockBootTime, out TimeSpec now) == 0);
            return new TimeSpan((now.Seconds * TimeSpan.TicksPerSecond) + (now.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
