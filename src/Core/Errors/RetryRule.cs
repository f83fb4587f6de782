namespace Nacre.Core.Errors;

/// <summary>What a caller may do after an error.</summary>
public enum RetryRule : byte
{
    /// <summary>The same request will fail again.</summary>
    Never = 0,

    /// <summary>Nothing happened; the same request may be sent again after the hinted delay.</summary>
    Safe = 1,

    /// <summary>Nothing happened here; send the request to the node named in the answer.</summary>
    AfterRedirect = 2,

    /// <summary>The request may or may not have taken effect; repeat it only under its idempotency key.</summary>
    OutcomeUnknown = 3,
}
