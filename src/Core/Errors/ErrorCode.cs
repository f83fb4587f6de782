namespace Nacre.Core.Errors;

/// <summary>
/// The one numbered vocabulary of refusals. A code exists only where a caller would act differently; numbers are
/// fixed and never reused. <see cref="ErrorCodes"/> gives each its retry rule.
/// </summary>
public enum ErrorCode : ushort
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The request does not follow the protocol: bad frame, bad JSON, bad id, missing member.</summary>
    Malformed = 101,

    /// <summary>A size limit is exceeded; the message names limit and size.</summary>
    TooLarge = 102,

    /// <summary>The document's partition key differs from the one in the request.</summary>
    PartitionKeyMismatch = 103,

    /// <summary>The server does not know this method or format version.</summary>
    Unsupported = 104,

    /// <summary>A query's text is not of the language; the message names line, column, what was found and what was expected.</summary>
    QuerySyntax = 105,

    /// <summary>A query is well formed and means nothing: an unknown name or function, a parameter without a value.</summary>
    QuerySemantic = 106,

    /// <summary>A query needs more than it may use; the message names the limit. Ask for less, or let an index help.</summary>
    QueryLimit = 107,

    /// <summary>No credential, an unknown key, or a signature that does not match.</summary>
    Unauthenticated = 201,

    /// <summary>A credential is there but cannot be read: truncated, wrong encoding, missing part.</summary>
    CredentialMalformed = 202,

    /// <summary>The request's time is outside the window; correct the clock.</summary>
    ClockSkewed = 203,

    /// <summary>This signed request was seen before.</summary>
    Replayed = 204,

    /// <summary>The caller is known and may not do this.</summary>
    Forbidden = 205,

    /// <summary>The resource token's time is over; get another.</summary>
    TokenExpired = 206,

    /// <summary>The named resource is not there, or the caller may not see it.</summary>
    NotFound = 301,

    /// <summary>A resource of that name is there already.</summary>
    AlreadyExists = 302,

    /// <summary>An etag precondition does not hold; read again.</summary>
    PreconditionFailed = 303,

    /// <summary>The resource has not changed since the given etag.</summary>
    NotModified = 304,

    /// <summary>The idempotency key was used before for another request.</summary>
    IdempotencyMismatch = 305,

    /// <summary>The idempotency key is older than what is remembered; the outcome cannot be told.</summary>
    IdempotencyExpired = 306,

    /// <summary>A continuation token is unreadable, or of another query or container.</summary>
    ContinuationInvalid = 307,

    /// <summary>A session token is unreadable, or of another container; read without it.</summary>
    SessionTokenInvalid = 308,

    /// <summary>The request asks for more consistency than the account has; ask for less.</summary>
    ConsistencyTooStrong = 309,

    /// <summary>Too much is asked at once; retry after the hinted delay.</summary>
    Overloaded = 401,

    /// <summary>The node is starting or draining.</summary>
    Unavailable = 402,

    /// <summary>Another node leads this range; the answer names it when known.</summary>
    NotLeader = 403,

    /// <summary>The deadline passed before the request took effect.</summary>
    DeadlineExceeded = 404,

    /// <summary>The write was handed on and its answer lost; it may have taken effect.</summary>
    OutcomeUnknown = 405,

    /// <summary>The range moved to a newer generation; refresh the range map.</summary>
    RangeMoved = 406,

    /// <summary>The disk is full: writes are refused, reads go on.</summary>
    DiskFull = 501,

    /// <summary>Stored bytes fail their check; the message names file and place.</summary>
    Corrupt = 502,

    /// <summary>The storage device failed; the replica has stopped.</summary>
    StorageFailed = 503,

    /// <summary>The root key cannot be had: its file, variable or passphrase is missing or unreadable.</summary>
    RootKeyUnavailable = 504,

    /// <summary>A root key or passphrase was given, and it is not the one that opens this data folder.</summary>
    RootKeyWrong = 505,

    /// <summary>The data folder is an older copy, or has lost writes that other nodes saw flushed: its node must join again as a new one.</summary>
    OlderCopy = 506,

    /// <summary>A bug. The log has the details under the activity id.</summary>
    Internal = 901,
}
