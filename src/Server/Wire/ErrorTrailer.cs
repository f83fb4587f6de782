using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;

namespace Nacre.Server.Wire;

/// <summary>The trailer that every failed call carries: the code, what to do about it, and the request's name in the logs.</summary>
internal static class ErrorTrailer
{
    /// <summary>The trailer's key; its value is a serialized <see cref="ErrorDetail"/>.</summary>
    public const string Key = "nacre-error-bin";

    /// <summary>Describes a refusal.</summary>
    /// <param name="error">The refusal; its message goes to the caller as it is.</param>
    /// <param name="activity">Names the request in the logs.</param>
    /// <param name="sessionToken">What the caller's session has seen by being told so; empty for nothing.</param>
    public static ErrorDetail Describe(NacreError error, ActivityId activity, string sessionToken = "")
    {
        Span<byte> id = stackalloc byte[ActivityId.SizeBytes];
        activity.Write(id);
        return new ErrorDetail
        {
            Code = (uint)error.Code,
            Message = error.Message,
            Retry = (Protocol.V1.RetryRule)error.Retry,
            RetryAfterMs = error.RetryAfter is { } delay ? (uint)Math.Clamp(delay.TotalMilliseconds, 1, uint.MaxValue) : 0,
            ActivityId = ByteString.CopyFrom(id),
            SessionToken = sessionToken,
        };
    }
}
