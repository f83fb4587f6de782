namespace Nacre.Core.Commands;

/// <summary>What must hold at apply for an operation to take effect. Numbers are stored.</summary>
public enum PreconditionKind : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The item is there in exactly this version.</summary>
    IfMatch = 1,

    /// <summary>The item is not there.</summary>
    IfAbsent = 2,

    /// <summary>The item is there in whatever version.</summary>
    IfPresent = 3,
}
