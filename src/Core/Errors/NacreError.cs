namespace Nacre.Core.Errors;

/// <summary>An expected refusal: what happened, and what to do about it.</summary>
/// <param name="Code">Never <see cref="ErrorCode.None"/>.</param>
/// <param name="Message">One or two sentences for a person: what was refused and what to do. No document text, no keys.</param>
public sealed record NacreError(ErrorCode Code, string Message)
{
    /// <summary>When to try again; null without a hint. Only with <see cref="RetryRule.Safe"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The retry rule of <see cref="Code"/>.</summary>
    public RetryRule Retry => ErrorCodes.RetryOf(Code);
}
