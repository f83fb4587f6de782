using Nacre.Core.Errors;

namespace Nacre.Security.Authentication;

/// <summary>The refusals of authentication, made once: a flood of bad requests costs no memory.</summary>
internal static class AuthenticationErrors
{
    public static NacreError Missing { get; } = new(
        ErrorCode.Unauthenticated, "The request carries no nacre-auth metadata. Sign it with an account key or a resource token.");

    /// <summary>The same for an unknown key, a wrong signature and a body or method that was changed.</summary>
    public static NacreError WrongSignature { get; } = new(
        ErrorCode.Unauthenticated, "The key is not known here, or the signature does not match the request. Check the account key or token.");

    public static NacreError OtherAudience { get; } = new(
        ErrorCode.Unauthenticated, "The request was signed for a host name that is not this server's. Connect by a name that its certificate holds.");

    public static NacreError Malformed { get; } = new(
        ErrorCode.CredentialMalformed, "The nacre-auth metadata cannot be read. Its form is v2;key=…;aud=…;t=…;n=…;sig=…, with tok=… in place of key=… for a resource token.");

    public static NacreError OtherVersion { get; } = new(
        ErrorCode.Unsupported, "The nacre-auth metadata is of a version that this server does not know. It speaks version 2.");

    public static NacreError Replayed { get; } = new(
        ErrorCode.Replayed, "This signed request was seen before. Sign every attempt anew, with a fresh nonce.");

    public static NacreError BeforeStart { get; } = new(
        ErrorCode.Unavailable, "The request was signed before this server started, or set its clock. Sign it anew.") { RetryAfter = TimeSpan.FromMilliseconds(100) };

    public static NacreError KeyChanging { get; } = new(
        ErrorCode.Unavailable, "The token key is being replaced. Ask again.") { RetryAfter = TimeSpan.FromMilliseconds(100) };

    public static NacreError StreamNonce { get; } = new(
        ErrorCode.Malformed, "A stream's nonce has 16 bytes.");

    public static NacreError StreamMac { get; } = new(
        ErrorCode.Unauthenticated, "A batch's MAC does not match: the stream was changed on its way, or its batches mixed up. Open another stream.");

    /// <summary>The same for every reason that a credential in hand is no longer good.</summary>
    public static NacreError Withdrawn { get; } = new(
        ErrorCode.Unauthenticated, "The credential was withdrawn: its key, permission, user or resource was changed or is gone. Use one that is in force.");

    public static NacreError TokenExpired { get; } = new(
        ErrorCode.TokenExpired, "The resource token's time is over. Get another from whoever gave it out.");

    public static NacreError Skewed(long timeMs, long nowMs, long windowMs) => new(
        ErrorCode.ClockSkewed,
        $"The request is dated {timeMs} and the server's clock says {nowMs} (Unix milliseconds); they may differ by {windowMs}. Set the client's clock.");

    public static NacreError Full(TimeSpan retryAfter) => new(
        ErrorCode.Overloaded, "More requests were signed lately than this server can remember. Use a stream, or raise the replay cache's capacity.") { RetryAfter = retryAfter };
}
