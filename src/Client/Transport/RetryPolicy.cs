using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Nacre.Client.Transport;

/// <summary>
/// Repeats operations by their error's own rule: from a node that failed at once at the next good one, each node once;
/// then with jittered pauses and the server's hint. It is entered only after a first try has failed, so what succeeds at
/// once does not pay for it.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<Deadline> DeadlineKey = new("nacre.deadline");
    private static readonly ResiliencePropertyKey<bool> RepeatUnknownKey = new("nacre.repeat-unknown");

    private readonly EndpointSet _nodes;
    private readonly ResiliencePipeline? _pipeline;

    public RetryPolicy(EndpointSet nodes, NacreClientOptions options)
    {
        _nodes = nodes;
        if (options.MaxRetries == 0)
        {
            return;
        }

        ILogger? logger = options.LoggerFactory?.CreateLogger("Nacre.Client");
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static arguments => ValueTask.FromResult(MayRepeat(arguments)),
                DelayGenerator = static arguments => ValueTask.FromResult(Hint(arguments.Outcome.Exception)),
                OnRetry = arguments =>
                {
                    var error = (NacreException)arguments.Outcome.Exception!;
                    NacreDiagnostics.Retried(error.Code);
                    if (logger is not null)
                    {
                        Log.Repeating(logger, error.Code, arguments.AttemptNumber + 1, arguments.RetryDelay.TotalMilliseconds, error.ActivityId);
                    }

                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Goes on after a first try that failed.</summary>
    /// <param name="first">What it gave.</param>
    /// <param name="state">For <paramref name="send"/>.</param>
    /// <param name="send">Tries once more.</param>
    /// <param name="deadline">No pause ends after it.</param>
    /// <param name="repeatUnknown">True: the operation reads, or carries an idempotency key.</param>
    /// <param name="cancellationToken">Ends the pauses too.</param>
    public async ValueTask<Attempt<T>> ContinueAsync<TState, T>(
        Attempt<T> first,
        TState state,
        Func<TState, Deadline, CancellationToken, ValueTask<Attempt<T>>> send,
        Deadline deadline,
        bool repeatUnknown,
        CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            return first;
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(DeadlineKey, deadline);
        context.Properties.Set(RepeatUnknownKey, repeatUnknown);
        var repetition = new Repetition<TState, T>(_nodes, first, state, send, deadline, repeatUnknown);
        Outcome<T> outcome = await _pipeline
            .ExecuteOutcomeAsync(static (context, repetition) => repetition.TryAsync(context.CancellationToken), context, repetition)
            .ConfigureAwait(false);
        ResilienceContextPool.Shared.Return(context);

        return outcome.Exception switch
        {
            null => outcome.Result!,
            NacreException error => repetition.SawUnknown ? AsUnknown(_nodes.Explain(error)) : _nodes.Explain(error),
            OperationCanceledException cancelled => throw new OperationCanceledException(cancelled.Message, cancelled, cancellationToken),
            _ => throw outcome.Exception,
        };
    }

    private static bool MayRepeat(RetryPredicateArguments<object> arguments)
    {
        if (arguments.Outcome.Exception is not NacreException { IsTransient: true } error)
        {
            return false;
        }

        ResilienceProperties properties = arguments.Context.Properties;
        TimeSpan pause = error.RetryAfter ?? TimeSpan.Zero;
        return (!error.IsOutcomeUnknown || properties.GetValue(RepeatUnknownKey, false))
            && properties.TryGetValue(DeadlineKey, out Deadline deadline)
            && deadline.Remaining > pause;
    }

    /// <summary>The server's hint with up to a quarter more, so that those who were refused together do not come back together.</summary>
    private static TimeSpan? Hint(Exception? error) =>
        error is NacreException { RetryAfter: { } hint } ? hint * (1 + (Random.Shared.NextDouble() / 4)) : null;

    /// <summary>
    /// An earlier try may have taken effect, so a later refusal that does not come from the item itself ("no connection",
    /// "overloaded") tells nothing about it.
    /// </summary>
    private static NacreException AsUnknown(NacreException last) => last.Code switch
    {
        NacreErrorCode.Malformed or NacreErrorCode.TooLarge or NacreErrorCode.PartitionKeyMismatch
            or NacreErrorCode.Unsupported or NacreErrorCode.NotFound or NacreErrorCode.AlreadyExists
            or NacreErrorCode.PreconditionFailed or NacreErrorCode.NotModified or NacreErrorCode.IdempotencyMismatch
            or NacreErrorCode.IdempotencyExpired or NacreErrorCode.OutcomeUnknown => last,
        _ => new(NacreErrorCode.OutcomeUnknown, $"An earlier try may have taken effect, and later ones failed: {last.Message}", last),
    };

    /// <summary>Gives the first try's outcome first, then sends again. What follows on a node's failure without a pause is one try to the pipeline.</summary>
    private sealed class Repetition<TState, T>(
        EndpointSet nodes,
        Attempt<T> first,
        TState state,
        Func<TState, Deadline, CancellationToken, ValueTask<Attempt<T>>> send,
        Deadline deadline,
        bool repeatUnknown)
    {
        private bool _started;

        public bool SawUnknown { get; private set; }

        public async ValueTask<Outcome<T>> TryAsync(CancellationToken cancellationToken)
        {
            try
            {
                Attempt<T> attempt = _started ? await send(state, deadline, cancellationToken).ConfigureAwait(false) : first;
                _started = true;
                for (int switches = 0; MaySwitch(attempt.Error, switches); switches++)
                {
                    SawUnknown |= attempt.Error!.IsOutcomeUnknown;
                    attempt = await send(state, deadline, cancellationToken).ConfigureAwait(false);
                }

                SawUnknown |= attempt.Error is { IsOutcomeUnknown: true };
                return attempt.IsOk ? Outcome.FromResult(attempt.ValueOrThrow()) : Outcome.FromException<T>(attempt.Error);
            }
            catch (OperationCanceledException e)
            {
                return Outcome.FromException<T>(e);
            }
        }

        private bool MaySwitch(NacreException? error, int switches) =>
            error is not null && nodes.MaySwitch(error, switches) && (repeatUnknown || !error.IsOutcomeUnknown) && !deadline.HasPassed;
    }
}
