using System.ComponentModel.DataAnnotations;

namespace Nacre.Server.Options;

/// <summary>Accepts 0, which means that the node chooses, and 64 MiB to 1 TiB.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MemoryBudgetAttribute : ValidationAttribute
{
    /// <summary>The least budget, in bytes.</summary>
    public const long Least = 64L * 1024 * 1024;

    /// <summary>The greatest budget, in bytes.</summary>
    public const long Most = 1024L * 1024 * 1024 * 1024;

    /// <summary>Names the setting in the refusal.</summary>
    public MemoryBudgetAttribute()
        : base("memoryBudgetBytes: 0, or 67108864 (64 MiB) to 1099511627776 (1 TiB).")
    {
    }

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is long bytes and (0 or (>= Least and <= Most));
}
