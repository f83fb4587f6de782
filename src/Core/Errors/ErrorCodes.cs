namespace Nacre.Core.Errors;

/// <summary>The retry rule of every <see cref="ErrorCode"/>.</summary>
public static class ErrorCodes
{
    /// <summary>Returns what a caller may do after <paramref name="code"/>.</summary>
    /// <param name="code">Any code but <see cref="ErrorCode.None"/>; an unknown number gives <see cref="RetryRule.Never"/>.</param>
    /// <returns>The rule; it never changes for a code.</returns>
    public static RetryRule RetryOf(ErrorCode code) => code switch
    {
        ErrorCode.Overloaded => RetryRule.Safe,
        ErrorCode.Unavailable => RetryRule.Safe,
        ErrorCode.DeadlineExceeded => RetryRule.Safe,
        ErrorCode.DiskFull => RetryRule.Safe,
        ErrorCode.NotLeader => RetryRule.AfterRedirect,
        ErrorCode.RangeMoved => RetryRule.AfterRedirect,
        ErrorCode.OutcomeUnknown => RetryRule.OutcomeUnknown,
        ErrorCode.StorageFailed => RetryRule.OutcomeUnknown,
        _ => RetryRule.Never,
    };
}
