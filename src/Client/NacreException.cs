using Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>
/// The one exception of the SDK: an operation was refused, or its outcome cannot be told. Misuse of the SDK itself
/// throws <see cref="ArgumentException"/>, cancelling throws <see cref="OperationCanceledException"/>.
/// </summary>
/// <remarks>By the time it is thrown the SDK has repeated the operation as often as its code's rule and the options allow.</remarks>
public sealed class NacreException : Exception
{
    private readonly RetryRule _retry;

    /// <summary>Makes an exception without a code; for serializers and tests of callers.</summary>
    public NacreException()
        : this(NacreErrorCode.Internal, "The operation failed.")
    {
    }

    /// <summary>Makes an exception with code <see cref="NacreErrorCode.Internal"/>.</summary>
    /// <param name="message">For a person.</param>
    public NacreException(string message)
        : this(NacreErrorCode.Internal, message)
    {
    }

    /// <summary>Makes an exception with code <see cref="NacreErrorCode.Internal"/>.</summary>
    /// <param name="message">For a person.</param>
    /// <param name="innerException">The cause.</param>
    public NacreException(string message, Exception innerException)
        : this(NacreErrorCode.Internal, message, innerException)
    {
    }

    /// <summary>Makes an exception; the retry rule is the code's own.</summary>
    /// <param name="code">What happened.</param>
    /// <param name="message">For a person.</param>
    /// <param name="innerException">The cause; null without one.</param>
    public NacreException(NacreErrorCode code, string message, Exception? innerException = null)
        : this(code, RuleOf(code), message, innerException)
    {
    }

    internal NacreException(ErrorDetail detail, Exception? innerException = null)
        : this((NacreErrorCode)detail.Code, detail.Retry, detail.Message, innerException)
    {
        RetryAfter = detail.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(detail.RetryAfterMs) : null;
        ActivityId = detail.ActivityId.IsEmpty ? null : Convert.ToHexStringLower(detail.ActivityId.Span);
        SessionToken = detail.SessionToken;
        LeavesNode = Code is NacreErrorCode.Unavailable or NacreErrorCode.NotLeader or NacreErrorCode.StorageFailed;
    }

    private NacreException(NacreErrorCode code, RetryRule retry, string message, Exception? innerException)
        : base(message, innerException)
    {
        Code = code;
        _retry = retry;
    }

    /// <summary>What happened. May hold a number that this version of the SDK has no name for.</summary>
    public NacreErrorCode Code { get; }

    /// <summary>
    /// True when the same operation may succeed later. For a write with <see cref="NacreErrorCode.OutcomeUnknown"/> or
    /// <see cref="NacreErrorCode.StorageFailed"/> it may also have taken effect already: read before writing again.
    /// </summary>
    public bool IsTransient => _retry is not RetryRule.Never;

    /// <summary>How long the server asks to wait; null without a hint.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Names the request in the server's logs: 32 hexadecimal digits. Null when no server answered.</summary>
    public string? ActivityId { get; }

    /// <summary>
    /// True when it is the node that failed, not the operation: where another node is known, the client goes there.
    /// Not for what was sent and could not be trusted: such an operation ends.
    /// </summary>
    internal bool LeavesNode { get; init; }

    /// <summary>What the session has seen by being told so; empty for nothing.</summary>
    internal string SessionToken { get; } = "";

    /// <summary>True when the operation may have taken effect although it failed.</summary>
    internal bool IsOutcomeUnknown => _retry is RetryRule.OutcomeUnknown;

    private static RetryRule RuleOf(NacreErrorCode code) => code switch
    {
        NacreErrorCode.Overloaded or NacreErrorCode.Unavailable or NacreErrorCode.DeadlineExceeded
            or NacreErrorCode.DiskFull or NacreErrorCode.ConnectionFailed => RetryRule.Safe,
        NacreErrorCode.NotLeader or NacreErrorCode.RangeMoved => RetryRule.AfterRedirect,
        NacreErrorCode.OutcomeUnknown or NacreErrorCode.StorageFailed => RetryRule.OutcomeUnknown,
        _ => RetryRule.Never,
    };
}
