namespace Nacre.Testing.Histories;

/// <summary>One item that is read, written, and written under a precondition (etag).</summary>
public sealed class RegisterModel : IModel<long, RegisterInput, RegisterOutput>
{
    /// <inheritdoc/>
    public long Initial => 0;

    /// <inheritdoc/>
    public bool TryStep(long state, RegisterInput input, RegisterOutput output, out long next)
    {
        next = Step(state, input);
        return input.Kind switch
        {
            RegisterOperation.Read => output.Value == state,
            RegisterOperation.CompareAndSet => output.Done == (state == input.Expected),
            _ => true,
        };
    }

    /// <inheritdoc/>
    public long Step(long state, RegisterInput input) => input.Kind switch
    {
        RegisterOperation.Write => input.Value,
        RegisterOperation.CompareAndSet when state == input.Expected => input.Value,
        _ => state,
    };
}
