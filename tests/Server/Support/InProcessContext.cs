using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Nacre.Core.Ids;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Tests.Support;

/// <summary>What the gRPC library gives a handler, without the library: the handler runs on the caller's own thread.</summary>
internal sealed class InProcessContext : ServerCallContext
{
    private readonly Metadata _trailers = [];
    private readonly Dictionary<object, object> _state = [];

    /// <summary>Begins a call that carries a credential.</summary>
    public InProcessContext(string credential, TimeProvider clock)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers[RequestPipeline.CredentialHeader] = credential;
        http.Features.Set(new Call(http, new ActivityId(1), clock, timeout: null));

        // Where the library's GetHttpContext looks in a context that is not its own.
        _state["__HttpContext"] = http;
    }

    protected override string MethodCore => "";

    protected override string HostCore => "";

    protected override string PeerCore => "";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => [];

    protected override CancellationToken CancellationTokenCore => default;

    protected override Metadata ResponseTrailersCore => _trailers;

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => new(null, []);

    protected override IDictionary<object, object> UserStateCore => _state;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
