using Microsoft.AspNetCore.Http;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authorisation;
using Nacre.Server.Items;
using Nacre.Server.Routing;
using Nacre.Server.Wire;

namespace Nacre.Server.Pipeline;

/// <summary>One request on its way: who asks, until when, under which name, and what is to be given back at its end.</summary>
/// <remarks>Belongs to its request; not thread-safe, but for <see cref="Token"/> once it was read.</remarks>
internal sealed class Call : IDisposable
{
    private const long NoDeadline = long.MaxValue;

    private readonly TimeProvider _clock;
    private readonly long _deadline;
    private CancellationTokenSource? _cancellation;
    private CancellationToken? _token;
    private IDisposable? _lease;
    private Principal? _principal;
    private ContainerRoute? _container;

    /// <summary>Begins a request.</summary>
    /// <param name="http">What Kestrel knows of it.</param>
    /// <param name="activity">Its name in logs and answers.</param>
    /// <param name="clock">Measures its deadline.</param>
    /// <param name="timeout">How long the caller waits; null: as long as it takes.</param>
    public Call(HttpContext http, ActivityId activity, TimeProvider clock, TimeSpan? timeout)
    {
        Http = http;
        Activity = activity;
        _clock = clock;
        Started = clock.GetTimestamp();
        _deadline = timeout is { } limit
            ? Started + (long)(limit.TotalSeconds * clock.TimestampFrequency)
            : NoDeadline;
    }

    /// <summary>What Kestrel knows of it.</summary>
    public HttpContext Http { get; }

    /// <summary>Its name in logs and answers.</summary>
    public ActivityId Activity { get; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long Started { get; }

    /// <summary>Who asks; set by authentication.</summary>
    public Principal Principal
    {
        get
        {
            Invariant.Check(_principal is not null);
            return _principal;
        }
        set => _principal = value;
    }

    /// <summary>Who the entries come from that this request proposes.</summary>
    public EntryAuthor Author => new(Principal, Activity);

    /// <summary>The container that the request is about; set by routing for commands that act on documents.</summary>
    public ContainerRoute Container
    {
        get
        {
            Invariant.Check(_container is not null);
            return _container;
        }
        set => _container = value;
    }

    /// <summary>What the caller's session has seen where the answer is a refusal; empty for nothing.</summary>
    public string SessionToken { get; set; } = "";

    /// <summary>Bytes reserved for it with <see cref="Admission"/>.</summary>
    public long ReservedBytes { get; set; }

    /// <summary>What is asked; null until the pipeline knows.</summary>
    public Command? Command { get; set; }

    /// <summary>How it ended; until that is said, as if the caller had gone away.</summary>
    public ErrorCode Outcome { get; set; } = ErrorCode.DeadlineExceeded;

    /// <summary>True once the pipeline has said how it ended.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>True when the caller no longer waits for the answer.</summary>
    public bool IsPastDeadline => _deadline != NoDeadline && _clock.GetTimestamp() >= _deadline;

    /// <summary>
    /// True when nobody waits for the answer: the deadline passed, or the connection is gone. A timer may ring a moment before
    /// the clock says that it is due, so that <see cref="Token"/> counts as well.
    /// </summary>
    public bool IsGivenUp => IsPastDeadline || Http.RequestAborted.IsCancellationRequested || _token is { IsCancellationRequested: true };

    /// <summary>
    /// Ends with the deadline or with the connection. Made when first read: a request that completes without waiting
    /// needs neither timer nor token.
    /// </summary>
    public CancellationToken Token => _token ??= MakeToken();

    /// <summary>Hands over what the answer is written from; it is given back after the answer was written.</summary>
    public void Keep(IDisposable lease)
    {
        Invariant.Check(_lease is null);
        _lease = lease;
    }

    /// <summary>Gives back what was kept.</summary>
    public void Dispose()
    {
        _lease?.Dispose();
        _lease = null;
        _cancellation?.Dispose();
    }

    private CancellationToken MakeToken()
    {
        if (_deadline == NoDeadline)
        {
            return Http.RequestAborted;
        }

        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(Http.RequestAborted);
        TimeSpan left = _clock.GetElapsedTime(_clock.GetTimestamp(), _deadline);
        if (left <= TimeSpan.Zero)
        {
            _cancellation.Cancel();
        }
        else
        {
            // A timer counts at most this far; no caller waits longer than its server runs.
            _cancellation.CancelAfter(left < TimeSpan.FromDays(24) ? left : TimeSpan.FromDays(24));
        }

        return _cancellation.Token;
    }
}
