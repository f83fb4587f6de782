namespace Nacre.Client;

/// <summary>
/// Why an operation was refused. The numbers are those of the server's vocabulary, fixed and never reused; the ones
/// from 1001 on never travel: they name what only a client can see.
/// </summary>
public enum NacreErrorCode
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The request does not follow the protocol: bad JSON, bad id, missing member.</summary>
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

    /// <summary>A query needs more than it may use; the message names the limit. Ask for less.</summary>
    QueryLimit = 107,

    /// <summary>No credential, an unknown key, or a signature that does not match: check the account key.</summary>
    Unauthenticated = 201,

    /// <summary>A credential is there but cannot be read.</summary>
    CredentialMalformed = 202,

    /// <summary>This machine's clock is more than the allowed window away from the server's.</summary>
    ClockSkewed = 203,

    /// <summary>This signed request was seen before.</summary>
    Replayed = 204,

    /// <summary>The caller is known and may not do this: a read-only key that writes, a token that asks for what it is not for.</summary>
    Forbidden = 205,

    /// <summary>The resource token's time is over. The SDK gets another where it was told how.</summary>
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

    /// <summary>The idempotency key is older than what the server remembers; the outcome cannot be told.</summary>
    IdempotencyExpired = 306,

    /// <summary>A continuation token is unreadable, or of another list, query or container.</summary>
    ContinuationInvalid = 307,

    /// <summary>A session token is unreadable, or of another container or cluster; read without it.</summary>
    SessionTokenInvalid = 308,

    /// <summary>The read asks for more consistency than the account has; ask for less, or for none.</summary>
    ConsistencyTooStrong = 309,

    /// <summary>Too much is asked at once. Transient.</summary>
    Overloaded = 401,

    /// <summary>The node is starting or draining. Transient.</summary>
    Unavailable = 402,

    /// <summary>Another node leads this range. Transient.</summary>
    NotLeader = 403,

    /// <summary>The time allowed passed, and nothing took effect. Transient.</summary>
    DeadlineExceeded = 404,

    /// <summary>The write was handed on and its answer lost; it may have taken effect. Transient under the same idempotency key.</summary>
    OutcomeUnknown = 405,

    /// <summary>The range moved. Transient.</summary>
    RangeMoved = 406,

    /// <summary>The server's disk is full: writes are refused, reads go on. Transient.</summary>
    DiskFull = 501,

    /// <summary>Stored bytes fail their check; the message names file and place.</summary>
    Corrupt = 502,

    /// <summary>The storage device failed; the replica has stopped. A write may have taken effect.</summary>
    StorageFailed = 503,

    /// <summary>The server cannot have its root key: file, variable or passphrase is missing or unreadable.</summary>
    RootKeyUnavailable = 504,

    /// <summary>The server was given a root key or passphrase that does not open its data folder.</summary>
    RootKeyWrong = 505,

    /// <summary>The server's data folder is an older copy, or has lost writes that other nodes saw flushed: it must join again as a new node.</summary>
    OlderCopy = 506,

    /// <summary>A bug of the server. Its log has the details under the activity id.</summary>
    Internal = 901,

    /// <summary>No server answered: wrong address, server down, or connection lost while reading. Nothing took effect. Transient.</summary>
    ConnectionFailed = 1001,

    /// <summary>Who answered could not prove to be the server: its certificate or a message's MAC does not check.</summary>
    ServerUntrusted = 1002,

    /// <summary>A query in C# has an expression that the query language has no form for; the message names it and says what to do instead.</summary>
    QueryNotTranslatable = 1003,
}
