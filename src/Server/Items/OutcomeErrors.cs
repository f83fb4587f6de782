using System.Text;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;

namespace Nacre.Server.Items;

/// <summary>What a caller is told when a command was applied and took no effect.</summary>
internal static class OutcomeErrors
{
    private static readonly NacreError AlreadyExists = new(ErrorCode.AlreadyExists, "An item with this id is there already.");

    private static readonly NacreError NotFound = new(ErrorCode.NotFound, "There is no such item.");

    private static readonly NacreError PreconditionFailed =
        new(ErrorCode.PreconditionFailed, "The item is not in the state that the request asks for; read it again.");

    private static readonly NacreError IdempotencyMismatch =
        new(ErrorCode.IdempotencyMismatch, "The idempotency key was used before for another request.");

    private static readonly NacreError IdempotencyExpired =
        new(ErrorCode.IdempotencyExpired, "The idempotency key is older than what is remembered; whether the request took effect cannot be told.");

    private static readonly NacreError RememberedFull =
        new(ErrorCode.Overloaded, "As many outcomes as this client may have are remembered; tell which answers arrived, or wait.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    private static readonly NacreError RangeMoved = new(ErrorCode.RangeMoved, "The range moved; look the container up again.");

    /// <summary>Explains a refusal.</summary>
    /// <param name="outcome">One that took no effect.</param>
    public static NacreError Of(in CommandOutcome outcome) => outcome.Detail.IsEmpty
        ? outcome.Code switch
        {
            ErrorCode.AlreadyExists => AlreadyExists,
            ErrorCode.NotFound => NotFound,
            ErrorCode.PreconditionFailed => PreconditionFailed,
            ErrorCode.IdempotencyMismatch => IdempotencyMismatch,
            ErrorCode.IdempotencyExpired => IdempotencyExpired,
            ErrorCode.Overloaded => RememberedFull,
            ErrorCode.RangeMoved => RangeMoved,
            _ => new NacreError(outcome.Code, "The write was refused."),
        }
        : new NacreError(outcome.Code, Encoding.UTF8.GetString(outcome.Detail.Span));
}
