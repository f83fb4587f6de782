using System.Globalization;

namespace Nacre.Micro;

/// <summary>The processor time of <see cref="PermissionBenchmarks"/>: what letting a caller through takes, whatever else the machine does.</summary>
internal static class PermissionRun
{
    private const int Requests = 20_000;
    private const int Operations = 2_000_000;
    private const int Rounds = 7;

    /// <summary>Measures and prints each case.</summary>
    public static void Run()
    {
        using var cases = new PermissionBenchmarks();
        cases.Setup();
        Print("unary, account key", cases.SignByAccountKey, cases.UnaryByAccountKey, Requests);
        Print("unary, token", cases.SignByToken, cases.UnaryByToken, Requests);
        Print("unary, token new to the node", cases.SignByManyTokens, cases.UnaryByTokenNotSeenBefore, Requests);
        Print("stream operation, account key", null, () => Repeat(() => cases.OperationByAccountKey()), Operations);
        Print("stream operation, token", null, () => Repeat(() => cases.OperationByToken()), Operations);
        Print("stream operation, token, after a change", null, () => Repeat(() => cases.OperationByTokenAfterAChange()), Operations);
        Print("stream write, token", null, () => Repeat(() => cases.WriteByToken()), Operations);
    }

    private static void Repeat<T>(Func<T> operation)
    {
        for (int i = 0; i < Operations; i++)
        {
            operation();
        }
    }

    /// <summary>The median of some rounds, after one that warms up.</summary>
    private static void Print(string name, Action? prepare, Action work, int count)
    {
        var times = new List<double>();
        long allocated = 0;
        for (int round = 0; round <= Rounds; round++)
        {
            prepare?.Invoke();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            work();
            allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
            times.Add((Environment.CpuUsage.TotalTime - before).TotalMicroseconds / count);
        }

        double[] measured = [.. times.Skip(1).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-42} {measured[Rounds / 2],7:F3} µs processor time (least {measured[0]:F3}), {(double)allocated / count:F0} B allocated"));
    }
}
