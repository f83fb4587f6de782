using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Server.Routing;
using Nacre.Server.Streaming;
using Nacre.Server.Wire;

namespace Nacre.Server.Pipeline;

/// <summary>
/// The one way that every request goes: authenticate, authorise, route, serve. No stage skips ahead, and nothing but
/// this decides whether a caller is let through.
/// </summary>
/// <remarks>Thread-safe. A request that completes without waiting goes through without a state machine.</remarks>
internal sealed class RequestPipeline
{
    /// <summary>The header that carries the caller's signature.</summary>
    public const string CredentialHeader = "nacre-auth";

    private static readonly NacreError BadMessage = new(ErrorCode.Malformed, "The message cannot be read as what this method takes.");

    private static readonly NacreError NoContainer = new(ErrorCode.NotFound, "There is no such container.");

    private static readonly NacreError Late = new(ErrorCode.DeadlineExceeded, "The deadline passed before the request took effect.");

    private static readonly NacreError Unknown =
        new(ErrorCode.OutcomeUnknown, "The deadline passed while the request was on its way; it may take effect.");

    private static readonly NacreError Damaged =
        new(ErrorCode.Corrupt, "Stored bytes fail their check. The server's log names file and place under the activity id.");

    private static readonly NacreError Bug = new(ErrorCode.Internal, "The server failed on this request. Its log has the details under the activity id.");

    private static readonly NacreError Faulted =
        new(ErrorCode.StorageFailed, "The storage failed on this request. The server's log has the details under the activity id.");

    private readonly HmacAuthenticator _authenticator;
    private readonly NodeServices _services;
    private readonly ILogger _logger;

    /// <summary>Joins the stages.</summary>
    public RequestPipeline(HmacAuthenticator authenticator, NodeServices services, ILogger logger)
    {
        _authenticator = authenticator;
        _services = services;
        _logger = logger;
    }

    /// <summary>Takes one unary request the whole way.</summary>
    public Task<Reply<TResponse>> ServeAsync<TRequest, TResponse>(
        UnaryCommand<TRequest, TResponse> command, SignedRequest<TRequest> request, ServerCallContext context)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        HttpContext http = context.GetHttpContext();
        Call call = http.Features.GetRequiredFeature<Call>();
        call.Command = command;
        try
        {
            if (Authenticate(command, request, call) is { } stranger)
            {
                return Refuse<TResponse>(command, context, call, stranger);
            }

            if (!command.IsRouted && !_services.Freshness.IsAtOnce)
            {
                return ServeFreshAsync(command, request, context, call);
            }

            if (Admit(command, request.Message!, call) is { } refusal)
            {
                return ReferenceEquals(refusal, NoContainer) && !_services.Freshness.IsAtOnce
                    ? ServeFreshAsync(command, request, context, call)
                    : Refuse<TResponse>(command, context, call, refusal);
            }

            return Handle(command, request.Message!, context, call);
        }
        catch (Exception fault)
        {
            return Refuse<TResponse>(command, context, call, Explain(command, call, fault));
        }
    }

    /// <summary>
    /// What concerns the catalogue waits until this node has all of it that was acknowledged anywhere; so does who names a
    /// container that is not known here yet.
    /// </summary>
    private async Task<Reply<TResponse>> ServeFreshAsync<TRequest, TResponse>(
        UnaryCommand<TRequest, TResponse> command, SignedRequest<TRequest> request, ServerCallContext context, Call call)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            await _services.Freshness.WaitAsync(call.Token).ConfigureAwait(false);
            return Admit(command, request.Message!, call) is { } refusal
                ? await Refuse<TResponse>(command, context, call, refusal).ConfigureAwait(false)
                : await Handle(command, request.Message!, context, call).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            return await Refuse<TResponse>(command, context, call, Explain(command, call, fault)).ConfigureAwait(false);
        }
    }

    private Task<Reply<TResponse>> Handle<TRequest, TResponse>(
        UnaryCommand<TRequest, TResponse> command, TRequest message, ServerCallContext context, Call call)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        ValueTask<Result<TResponse>> answer = command.Handler(_services, call, message);
        return answer.IsCompletedSuccessfully
            ? Answer(command, context, call, answer.Result)
            : AwaitAsync(command, context, call, answer);
    }

    /// <summary>Takes an item stream from its opening message to its end.</summary>
    public async Task ServeStreamAsync(
        IAsyncStreamReader<StreamMessage> reader, IServerStreamWriter<StreamReply> writer, ServerCallContext context)
    {
        HttpContext http = context.GetHttpContext();
        Call call = http.Features.GetRequiredFeature<Call>();
        call.Command = StreamCommand.Row;
        NacreError? refusal;
        try
        {
            refusal = await OpenStreamAsync(call, reader, writer).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            refusal = Explain(StreamCommand.Row, call, fault);
        }

        if (refusal is not null)
        {
            Log.RequestRefused(_logger, call.Activity, StreamCommand.Row.FullName, refusal.Code);
            GrpcStatusWriter.Refuse(context, refusal, call.Activity);
        }

        call.Outcome = refusal?.Code ?? ErrorCode.None;
        call.IsAnswered = true;
    }

    private async Task<NacreError?> OpenStreamAsync(
        Call call, IAsyncStreamReader<StreamMessage> reader, IServerStreamWriter<StreamReply> writer)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Token);
        patience.CancelAfter(StreamCommand.OpeningTimeout);
        try
        {
            if (!await reader.MoveNext(patience.Token).ConfigureAwait(false))
            {
                return BadMessage;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return Late;
        }

        StreamMessage first = reader.Current;
        byte[] serverNonce = new byte[StreamSession.NonceBytes];
        _services.Random.Fill(serverNonce);
        ReadOnlySpan<byte> clientNonce = first.Request?.Open is { } open ? open.ClientNonce.Span : default;
        Result<StreamSession> authenticated = _authenticator.AuthenticateStream(
            CredentialOf(call.Http), StreamCommand.Row.FullName, first.BodyHash, clientNonce, serverNonce);
        if (!authenticated.IsOk)
        {
            return authenticated.Error;
        }

        using StreamSession session = authenticated.Value;
        call.Principal = session.Principal;
        if (_services.Lease?.Refusal is { } unsure)
        {
            return unsure;
        }

        if (PermissionChecker.Check(session.Principal, StreamCommand.Row.Action, session.Principal.Reach) is { } forbidden)
        {
            return forbidden;
        }

        await writer.WriteAsync(new StreamReply(new StreamResponse
        {
            Accepted = new StreamAccepted
            {
                ServerNonce = UnsafeByteOperations.UnsafeWrap(serverNonce),
                Proof = UnsafeByteOperations.UnsafeWrap(session.Proof),
                MaxBatchBytes = ClientListener.MaxBatchBytes,
                MaxOperationsOpen = (uint)_services.StreamOperations,
            },
        })).ConfigureAwait(false);

        var slots = new OperationSlots(_services.StreamOperations);
        var outcomes = new OutcomeWriter(writer, session, slots, call.Activity, _services.Consistency, _logger);
        await using CancellationTokenRegistration drain =
            _services.Draining.UnsafeRegister(static state => ((OutcomeWriter)state!).GoAway("The node is stopping."), outcomes);
        _services.Metrics.Streams.Add(slots);
        try
        {
            return await new ItemStream(this, _services, call, reader, session, slots, outcomes).RunAsync(call.Token).ConfigureAwait(false);
        }
        finally
        {
            _services.Metrics.Streams.Remove(slots);
        }
    }

    /// <summary>Finds out who asks. Once a request: a signature is good once.</summary>
    private NacreError? Authenticate<TRequest, TResponse>(UnaryCommand<TRequest, TResponse> command, SignedRequest<TRequest> request, Call call)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        Result<Principal> caller = command.Action.Callers == Callers.JoinTokens
            ? Principal.JoiningNode
            : _authenticator.Authenticate(CredentialOf(call.Http), command.FullName, request.BodyHash);
        if (!caller.IsOk)
        {
            return caller.Error;
        }

        call.Principal = caller.Value;
        return request.Message is null ? BadMessage : _services.Lease?.Refusal;
    }

    /// <summary>Authorises, and finds what the request is about.</summary>
    private NacreError? Admit<TRequest, TResponse>(UnaryCommand<TRequest, TResponse> command, TRequest message, Call call)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        ResourceScope scope = Locate(command, command.Resource(message), out ContainerRoute? container);
        if (PermissionChecker.Check(call.Principal, command.Action, scope) is { } denied)
        {
            return denied;
        }

        if (command.IsRouted)
        {
            if (container is null)
            {
                return NoContainer;
            }

            call.Container = container;
        }

        return call.IsPastDeadline ? Late : null;
    }

    private static string? CredentialOf(HttpContext http) => http.Request.Headers[CredentialHeader];

    /// <summary>
    /// Finds what a request is about by identity, which is what permissions are for. What is not there counts as the
    /// account: whoever may see less than that is told the same of the absent as of the hidden.
    /// </summary>
    private ResourceScope Locate(Command command, ResourceName resource, out ContainerRoute? container)
    {
        container = null;
        if (command.IsRouted)
        {
            return _services.Routes.Current.TryFind(resource.Database!, resource.Container!, out container) ? container.Scope : ResourceScope.Account;
        }

        return resource.Database is { } name && _services.Control.Catalog.Current.FindDatabase(name) is { } database
            ? new ResourceScope(
                database.Id,
                resource.Container is { } inner && database.FindContainer(inner) is { } found ? found.Id : default)
            : ResourceScope.Account;
    }

    private async Task<Reply<TResponse>> AwaitAsync<TRequest, TResponse>(
        UnaryCommand<TRequest, TResponse> command, ServerCallContext context, Call call, ValueTask<Result<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        Result<TResponse> result;
        try
        {
            result = await answer.ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            result = Explain(command, call, fault);
        }

        return await Answer(command, context, call, result).ConfigureAwait(false);
    }

    private Task<Reply<TResponse>> Answer<TRequest, TResponse>(
        UnaryCommand<TRequest, TResponse> command, ServerCallContext context, Call call, in Result<TResponse> result)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        if (!result.IsOk)
        {
            return Refuse<TResponse>(command, context, call, result.Error);
        }

        call.Outcome = ErrorCode.None;
        call.IsAnswered = true;
        return Task.FromResult(new Reply<TResponse>(result.Value));
    }

    private Task<Reply<TResponse>> Refuse<TResponse>(Command command, ServerCallContext context, Call call, NacreError error)
        where TResponse : class, IMessage<TResponse>
    {
        Log.RequestRefused(_logger, call.Activity, command.FullName, error.Code);
        GrpcStatusWriter.Refuse(context, error, call.Activity, call.SessionToken);
        call.Outcome = error.Code;
        call.IsAnswered = true;
        return Reply<TResponse>.Refused;
    }

    /// <summary>The one place that catches everything: whatever was not expected is logged under the activity and told as little of.</summary>
    public NacreError Explain(Command command, Call call, Exception fault)
    {
        if (fault is OperationCanceledException && call.IsGivenUp)
        {
            return command.Action.Mode == AccessMode.Write ? Unknown : Late;
        }

        Log.RequestFailed(_logger, fault, call.Activity, command.FullName);
        return fault is StorageFaultException storage
            ? storage.Kind == StorageFaultKind.Corrupt ? Damaged : Faulted
            : Bug;
    }
}
