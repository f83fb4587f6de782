using System.Diagnostics.CodeAnalysis;

namespace Nacre.Client.Transport;

/// <summary>What one try of an operation gave: a value, or an error that nobody has thrown yet.</summary>
/// <remarks>Expected misses, such as a read of what is not there, so cost no exception on their way.</remarks>
internal readonly struct Attempt<T>
{
    private readonly T? _value;

    private Attempt(T? value, NacreException? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Why it failed, or null.</summary>
    public NacreException? Error { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>The value; throws the error when there is none.</summary>
    public T ValueOrThrow() => Error is null ? _value! : throw Error;

    public static implicit operator Attempt<T>(T value) => new(value, null);

    public static implicit operator Attempt<T>(NacreException error) => new(default, error);
}
