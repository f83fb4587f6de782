namespace Nacre.Core.StateMachines;

/// <summary>What a command did.</summary>
[Flags]
public enum CommandEffect : byte
{
    /// <summary>Nothing to say.</summary>
    None = 0,

    /// <summary>An item or resource was made that was not there.</summary>
    Created = 1,

    /// <summary>The answer is the remembered outcome of an earlier request with the same idempotency key.</summary>
    Repeated = 2,
}
