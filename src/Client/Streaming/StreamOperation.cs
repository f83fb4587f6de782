using System.Threading.Tasks.Sources;
using Google.Protobuf;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Streaming;

/// <summary>
/// One operation on a stream, and the source of its caller's <see cref="ValueTask"/>: pooled, with its wire message.
/// </summary>
/// <remarks>
/// The session touches it under its gate until it is answered; whoever wins <see cref="TryClaim"/> completes it.
/// </remarks>
internal sealed class StreamOperation : IValueTaskSource<Attempt<Reply>>
{
    // Invariants:
    // - Exactly one caller wins TryClaim for each use, and it alone completes the source.
    // - It goes back to the pool only when it was answered: then no session holds it any more. One that was given up
    //   (cancelled, expired) may still stand in a session's tables, so it is left to the garbage collector.
    private static readonly Action<object?, CancellationToken> Cancel = static (state, token) => ((StreamOperation)state!).OnCancelled(token);

    private readonly StreamOperationPool _pool;
    private ManualResetValueTaskSourceCore<Attempt<Reply>> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private Deadline _deadline;
    private int _claimed;
    private bool _answered;

    public StreamOperation(StreamOperationPool pool) => _pool = pool;

    /// <summary>As it travels; the tag and the container's number are the session's to fill in.</summary>
    public Wire.ItemOperation Message { get; } = new();

    public ContainerName Container { get; private set; }

    public ContainerSession Session { get; private set; } = null!;

    /// <summary>What the caller of a read gives besides its own session.</summary>
    public string? SessionToken { get; private set; }

    /// <summary>Whether session tokens may matter to it.</summary>
    public bool MayUseSession { get; private set; }

    /// <summary>Upper bound of the message's length in bytes.</summary>
    public int MaxBytes { get; private set; }

    public bool IsRead => Message.Kind is Wire.OperationKind.Read;

    /// <summary>True once somebody completes it.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    public bool HasExpired => _deadline.HasPassed;

    /// <summary>Fills in an operation; the result completes once.</summary>
    public ValueTask<Attempt<Reply>> Begin(in ItemCall call, Deadline deadline, CancellationToken cancellationToken)
    {
        Container = call.Container;
        Session = call.Session;
        SessionToken = call.SessionToken;
        MayUseSession = !call.IsWrite && call.MayUseSession;
        _deadline = deadline;
        Wire.ItemOperation message = Message;
        message.Kind = call.Kind;
        message.PartitionKey = call.PartitionKey;
        message.Id = call.Id ?? "";
        message.Body = call.Body.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(call.Body);
        message.IfMatch = call.IfMatch ?? "";
        message.IfNoneMatch = call.IfNoneMatch ?? "";
        message.IdempotencySequence = call.Sequence;
        message.Consistency = call.Consistency;
        message.SessionToken = "";
        // Tag, numbers, headers: 64. A character of text takes at most 3 bytes.
        MaxBytes = 64 + call.Body.Length + (3 * (message.Id.Length + message.IfMatch.Length + message.IfNoneMatch.Length)) +
            (call.PartitionKey?.CalculateSize() ?? 0);
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(Cancel, this);
        }

        return new ValueTask<Attempt<Reply>>(this, _core.Version);
    }

    /// <summary>True for the one caller who may complete it.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _claimed, 1, 0) == 0;

    /// <summary>Completes with the server's answer. Only after <see cref="TryClaim"/>, and when no session holds it any more.</summary>
    public void Answer(in Attempt<Reply> attempt)
    {
        _answered = true;
        _core.SetResult(attempt);
    }

    /// <summary>Completes without the server's answer, while a session may still hold it. Only after <see cref="TryClaim"/>.</summary>
    public void GiveUp(NacreException error) => _core.SetResult(error);

    public Attempt<Reply> GetResult(short token)
    {
        // Waits for a cancellation that is being called right now, so that it does not meet the next use.
        _registration.Dispose();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (_answered)
            {
                Recycle();
            }
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnCancelled(CancellationToken cancellationToken)
    {
        if (TryClaim())
        {
            _core.SetException(new OperationCanceledException(cancellationToken));
        }
    }

    private void Recycle()
    {
        Message.Body = ByteString.Empty;
        Message.PartitionKey = null;
        _registration = default;
        _answered = false;
        _claimed = 0;
        _core.Reset();
        _pool.Return(this);
    }
}
