namespace Nacre.Testing.Histories;

/// <summary>One operation as a client saw it.</summary>
/// <typeparam name="TInput">What was asked.</typeparam>
/// <typeparam name="TOutput">What was answered.</typeparam>
/// <param name="Client">Who asked; a client has one operation under way at a time.</param>
/// <param name="Input">What was asked.</param>
/// <param name="Output">What was answered; means nothing unless <paramref name="Outcome"/> is Answered.</param>
/// <param name="Outcome">What the client learned.</param>
/// <param name="Called">When it was asked, in any unit that all clients share.</param>
/// <param name="Returned">
/// When the answer came; not before <paramref name="Called"/>. Not looked at where the outcome is unknown.
/// </param>
public readonly record struct Operation<TInput, TOutput>(
    int Client, TInput Input, TOutput? Output, OperationOutcome Outcome, long Called, long Returned)
{
    /// <summary>The last moment at which the effect may begin: without an answer there is none.</summary>
    public long End => Outcome == OperationOutcome.Unknown ? long.MaxValue : Returned;

    /// <summary>True when this one was over before <paramref name="other"/> began, so that everybody must see that order.</summary>
    public bool IsBefore(in Operation<TInput, TOutput> other) => End < other.Called;
}
