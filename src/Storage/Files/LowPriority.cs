using System.Runtime.ExceptionServices;

namespace Nacre.Storage.Files;

/// <summary>Runs work that takes a processor for long and that nobody waits for.</summary>
/// <remarks>
/// Thread-safe. .NET's thread priorities do nothing on Linux, where each thread has a niceness; raising it needs no privilege.
/// </remarks>
internal static class LowPriority
{
    /// <summary>Others that want the processor get about nine times as much of it.</summary>
    private const int Niceness = 10;

    /// <summary>Runs something on a thread of its own which gives way to others, and waits for it.</summary>
    /// <param name="name">The thread's; at most 15 characters are shown.</param>
    /// <param name="work">What to do.</param>
    /// <returns>What it gives; what it throws is thrown.</returns>
    public static T Run<T>(string name, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            // A kernel that refuses leaves the thread as it was: slower for others, and no less right.
            _ = Posix.SetPriority(0, 0, Niceness);
            try
            {
                result = work();
            }
            catch (Exception cause)
            {
                fault = ExceptionDispatchInfo.Capture(cause);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }
}
