namespace Nacre.Testing.Histories;

/// <summary>What a client learned about an operation.</summary>
public enum OperationOutcome
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>It was refused in a way that promises that it had no effect, then or later.</summary>
    Refused,

    /// <summary>It may have had its effect, may still have it, or never: the answer was lost.</summary>
    Unknown,
}
