namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>How a round ended.</summary>
internal enum RoundVerdict
{
    /// <summary>Every promise was kept.</summary>
    Held,

    /// <summary>A promise was broken.</summary>
    Violated,

    /// <summary>No operation was answered during the fault, so that nothing is shown.</summary>
    DoesNotCount,

    /// <summary>This machine has not what the fault takes.</summary>
    NotRun,
}
