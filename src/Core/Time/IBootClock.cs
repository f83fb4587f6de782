namespace Nacre.Core.Time;

/// <summary>Time since the machine was started, which nobody can set, and which goes on while it sleeps.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IBootClock
{
    /// <summary>The time since then.</summary>
    TimeSpan Now { get; }
}
