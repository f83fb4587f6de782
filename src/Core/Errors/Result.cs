using System.Diagnostics.CodeAnalysis;

namespace Nacre.Core.Errors;

/// <summary>A value, or the reason why there is none. Expected outcomes are values; exceptions mean bugs or cancellation.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, NacreError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The refusal, or null on success.</summary>
    public NacreError? Error { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>The value. Reading it from a refusal is a bug and throws.</summary>
    public T Value
    {
        get
        {
            Invariant.Check(Error is null);
            return _value!;
        }
    }

    /// <summary>Wraps a value.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator Result<T>(NacreError error) => new(default, error);
}
