using Grpc.Core;
using Nacre.Core.Errors;

namespace Nacre.Server.Wire;

/// <summary>The one place where codes of the vocabulary become gRPC status codes. <c>docs/errors.md</c> lists the same.</summary>
internal static class StatusMap
{
    /// <summary>Returns the status that a code travels under; the code itself travels in the trailer.</summary>
    /// <param name="code">Any code; an unknown number is a bug and gives <see cref="StatusCode.Internal"/>.</param>
    public static StatusCode ToStatus(ErrorCode code) => code switch
    {
        ErrorCode.None => StatusCode.OK,

        ErrorCode.Malformed => StatusCode.InvalidArgument,
        ErrorCode.TooLarge => StatusCode.InvalidArgument,
        ErrorCode.PartitionKeyMismatch => StatusCode.InvalidArgument,
        ErrorCode.QuerySyntax => StatusCode.InvalidArgument,
        ErrorCode.QuerySemantic => StatusCode.InvalidArgument,
        ErrorCode.QueryLimit => StatusCode.InvalidArgument,
        ErrorCode.ContinuationInvalid => StatusCode.InvalidArgument,
        ErrorCode.SessionTokenInvalid => StatusCode.InvalidArgument,
        ErrorCode.ConsistencyTooStrong => StatusCode.InvalidArgument,
        ErrorCode.Unsupported => StatusCode.Unimplemented,

        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.CredentialMalformed => StatusCode.Unauthenticated,
        ErrorCode.ClockSkewed => StatusCode.Unauthenticated,
        ErrorCode.Replayed => StatusCode.Unauthenticated,
        ErrorCode.TokenExpired => StatusCode.Unauthenticated,
        ErrorCode.Forbidden => StatusCode.PermissionDenied,

        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        ErrorCode.PreconditionFailed => StatusCode.FailedPrecondition,
        ErrorCode.NotModified => StatusCode.FailedPrecondition,
        ErrorCode.IdempotencyMismatch => StatusCode.FailedPrecondition,
        ErrorCode.IdempotencyExpired => StatusCode.FailedPrecondition,

        ErrorCode.Overloaded => StatusCode.ResourceExhausted,
        ErrorCode.Unavailable => StatusCode.Unavailable,
        ErrorCode.NotLeader => StatusCode.Unavailable,
        ErrorCode.DeadlineExceeded => StatusCode.DeadlineExceeded,
        // Never Unavailable: callers that know only gRPC repeat those, and this one may have taken effect.
        ErrorCode.OutcomeUnknown => StatusCode.Unknown,
        ErrorCode.RangeMoved => StatusCode.Aborted,

        ErrorCode.DiskFull => StatusCode.ResourceExhausted,
        ErrorCode.Corrupt => StatusCode.DataLoss,
        ErrorCode.StorageFailed => StatusCode.Unknown,

        _ => StatusCode.Internal,
    };

    /// <summary>
    /// Returns the code for a status that the gRPC library itself answered with, around our pipeline: a cut message,
    /// a second one, an unknown method.
    /// </summary>
    public static ErrorCode FromLibrary(StatusCode status) => status switch
    {
        StatusCode.OK => ErrorCode.None,
        StatusCode.ResourceExhausted => ErrorCode.TooLarge,
        StatusCode.Unimplemented => ErrorCode.Unsupported,
        StatusCode.Cancelled => ErrorCode.DeadlineExceeded,
        // The library's name for bad framing; what a handler throws is Unknown to it.
        StatusCode.Internal => ErrorCode.Malformed,
        StatusCode.NotFound => ErrorCode.NotFound,
        _ => ErrorCode.Internal,
    };
}
