using System.Globalization;

namespace Nacre.Benchmarks.Load.Servers;

/// <summary>Reads from /proc how much processor time processes have used.</summary>
internal static class ProcessorTime
{
    // USER_HZ; 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system seconds of processes and of their living and reaped children.</summary>
    public static double SecondsOf(IReadOnlyList<int> roots)
    {
        double sum = 0;
        foreach (int root in roots)
        {
            sum += OfProcess(root);
            foreach (int child in ChildrenOf(root))
            {
                sum += OfProcess(child);
            }
        }

        return sum;
    }

    /// <summary>Resident bytes of processes and of their children; pages they share count once for each.</summary>
    public static long ResidentBytesOf(IReadOnlyList<int> roots) =>
        roots.Concat(roots.SelectMany(ChildrenOf)).Sum(id =>
        {
            string[] fields = Fields($"/proc/{id}/statm");
            return fields.Length > 1 ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
        });

    private static double OfProcess(int id)
    {
        // After the name in parentheses: state is field 0, utime 11, stime 12, cutime 13, cstime 14.
        string text = ReadOrEmpty($"/proc/{id}/stat");
        int end = text.LastIndexOf(')');
        if (end < 0)
        {
            return 0;
        }

        string[] fields = text[(end + 2)..].Split(' ');
        return Enumerable.Range(11, 4).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static IEnumerable<int> ChildrenOf(int id) =>
        Fields($"/proc/{id}/task/{id}/children").Select(text => int.Parse(text, CultureInfo.InvariantCulture));

    private static string[] Fields(string path) =>
        ReadOrEmpty(path).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the process ended between listing and reading
        }
    }
}
