using System.Diagnostics;
using System.Runtime.InteropServices;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>Decides for each packet when it arrives, how often, or never.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PacketRules(LinkTable links, SeededRandom random)
{
    private const int Parts = 1_000_000;
    private static readonly TimeSpan Overtaken = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int From, int To), long> _busyUntil = [];

    /// <summary>The due times of a packet's copies, as <see cref="Stopwatch"/> timestamps; none for a lost one.</summary>
    /// <param name="from">Who sends.</param>
    /// <param name="to">Who is to get it.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="now">A timestamp.</param>
    public IReadOnlyList<long> DueTimes(int from, int to, int bytes, long now)
    {
        LinkRule rule = links[from, to];
        if (rule == default)
        {
            return [now];
        }

        if (rule.IsCut || Happens(rule.Loss))
        {
            return [];
        }

        long due = now + Ticks(rule.Delay) + (rule.Jitter > TimeSpan.Zero ? random.Next((int)Ticks(rule.Jitter)) : 0);
        if (rule.BytesPerSecond > 0)
        {
            lock (_gate)
            {
                ref long busy = ref CollectionsMarshal.GetValueRefOrAddDefault(_busyUntil, (from, to), out _);
                busy = Math.Max(busy, now) + (bytes * Stopwatch.Frequency / rule.BytesPerSecond);
                due = Math.Max(due, busy);
            }
        }

        due += Happens(rule.Reordering) ? Ticks(Overtaken) : 0;
        return Happens(rule.Duplication) ? [due, due + Ticks(TimeSpan.FromMilliseconds(1))] : [due];
    }

    private bool Happens(double part) => part > 0 && random.Next(Parts) < part * Parts;

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
