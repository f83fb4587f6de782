using Google.Protobuf;

namespace Nacre.Server.Wire;

/// <summary>
/// What a unary handler gives back to the gRPC library: a message, or nothing when the call was refused. A refusal
/// travels in the status and trailers alone, so that an expected outcome costs no exception.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="message">What to send; null for a refusal.</param>
internal sealed class Reply<T>(T? message)
    where T : class, IMessage<T>
{
    /// <summary>The one refusal: it has no state.</summary>
    public static Task<Reply<T>> Refused { get; } = Task.FromResult(new Reply<T>(null));

    /// <summary>What to send; null for a refusal.</summary>
    public T? Message { get; } = message;
}
