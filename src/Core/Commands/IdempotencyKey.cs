using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// Makes a write safe to repeat: under one client and sequence it takes effect once, and a repetition gets the
/// remembered outcome.
/// </summary>
/// <param name="Client">The client instance; 0 for a request without a key.</param>
/// <param name="Sequence">Distinct for each request of the client, rising from 1.</param>
/// <param name="AnsweredBelow">
/// The client has the answers of all its requests below this sequence and will never repeat them, so that their
/// outcomes may be forgotten early; 0 promises nothing.
/// </param>
/// <param name="Hash">What is asked; the same sequence with another hash is refused.</param>
public readonly record struct IdempotencyKey(ClientId Client, ulong Sequence, ulong AnsweredBelow, RequestHash Hash)
{
    /// <summary>A request without a key.</summary>
    public static IdempotencyKey None => default;

    /// <summary>True when there is no key.</summary>
    public bool IsNone => Client.Value == 0;
}
