namespace Nacre.Testing.Histories;

/// <summary>What can be done to a register.</summary>
public enum RegisterOperation
{
    /// <summary>See its value.</summary>
    Read,

    /// <summary>Give it a value.</summary>
    Write,

    /// <summary>Give it a value if it has the one that is expected.</summary>
    CompareAndSet,
}
