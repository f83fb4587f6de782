namespace Nacre.Testing.Histories;

/// <summary>What a system of one thread would do: the meaning that a history is held to.</summary>
/// <typeparam name="TState">Never changed; compares by value.</typeparam>
/// <typeparam name="TInput">What is asked.</typeparam>
/// <typeparam name="TOutput">What is answered.</typeparam>
public interface IModel<TState, in TInput, in TOutput>
    where TState : IEquatable<TState>
{
    /// <summary>Before the first operation.</summary>
    TState Initial { get; }

    /// <summary>Does an operation whose answer is known.</summary>
    /// <returns>False: a system in this state would not have answered so.</returns>
    bool TryStep(TState state, TInput input, TOutput output, out TState next);

    /// <summary>Does an operation whose answer is not known.</summary>
    TState Step(TState state, TInput input);
}
