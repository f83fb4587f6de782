namespace Nacre.Core.Errors;

/// <summary>The value of a <see cref="Result{T}"/> that carries none.</summary>
public readonly record struct Unit
{
    /// <summary>The only value.</summary>
    public static Unit Value => default;
}
