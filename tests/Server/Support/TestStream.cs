using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Server.Tests.Support;

/// <summary>The client's side of an item stream.</summary>
internal sealed class TestStream : IDisposable
{
    private static readonly Principal Self = new(PrincipalKind.AccountReadWrite, "this client", default, ResourceScope.Account);

    private readonly AsyncDuplexStreamingCall<StreamRequest, StreamResponse> _call;
    private readonly StreamSession _session;
    private readonly List<OperationOutcome> _outcomes = [];

    private TestStream(AsyncDuplexStreamingCall<StreamRequest, StreamResponse> call, StreamSession session, StreamAccepted accepted)
    {
        _call = call;
        _session = session;
        Accepted = accepted;
    }

    public StreamAccepted Accepted { get; }

    /// <summary>The reason that the server gave for going away, once it was read.</summary>
    public string? GoAway { get; private set; }

    /// <summary>The session tokens that came, in order.</summary>
    public List<SessionNote> Sessions { get; } = [];

    /// <summary>Batches of outcomes that came.</summary>
    public int Batches { get; private set; }

    public static async Task<TestStream> OpenAsync(TestClient client, string audience)
    {
        byte[] clientNonce = new byte[StreamSession.NonceBytes];
        Random.Shared.NextBytes(clientNonce);
        var open = new StreamRequest { Open = new StreamOpen { ClientNonce = ByteString.CopyFrom(clientNonce) } };
        string credential = client.Signer.Sign(ItemMethods.Stream.FullName, audience, open.ToByteArray());
        AsyncDuplexStreamingCall<StreamRequest, StreamResponse> call = client.Invoker.AsyncDuplexStreamingCall(
            ItemMethods.Stream, host: null, new CallOptions(new Metadata { { "nacre-auth", credential } }));
        await call.RequestStream.WriteAsync(open);
        Assert.That(await call.ResponseStream.MoveNext(default), Is.True);
        StreamAccepted accepted = call.ResponseStream.Current.Accepted;
        StreamSession session = client.Signer.OpenStream(Self, clientNonce, accepted.ServerNonce.Span);
        Assert.That(accepted.Proof.ToByteArray(), Is.EqualTo(session.Proof.ToArray()), "the server proves that it holds the key");
        return new TestStream(call, session, accepted);
    }

    /// <summary>Sends a batch with its MAC.</summary>
    public Task SendAsync(OperationBatch batch) => SendAsync(Sign(batch));

    /// <summary>Sends a batch as it is.</summary>
    public Task SendAsync(StreamBatch batch) => _call.RequestStream.WriteAsync(new StreamRequest { Batch = batch });

    /// <summary>Sends any message.</summary>
    public Task SendAsync(StreamRequest message) => _call.RequestStream.WriteAsync(message);

    /// <summary>Signs a batch, which counts as sent.</summary>
    public StreamBatch Sign(OperationBatch batch) => Sign(batch.ToByteArray());

    /// <summary>Signs a payload of any bytes, which counts as sent.</summary>
    public StreamBatch Sign(byte[] payload)
    {
        byte[] mac = new byte[32];
        _session.Sign(payload, mac);
        return new StreamBatch { Payload = ByteString.CopyFrom(payload), Mac = ByteString.CopyFrom(mac) };
    }

    /// <summary>Reads until so many outcomes are there, in the order of their coming.</summary>
    public async Task<IReadOnlyList<OperationOutcome>> ReceiveAsync(int count)
    {
        while (_outcomes.Count < count)
        {
            Assert.That(await MoveNextAsync(), Is.True, "the stream ended early");
        }

        List<OperationOutcome> taken = _outcomes[..count];
        _outcomes.RemoveRange(0, count);
        return taken;
    }

    /// <summary>Sends a batch and reads its outcomes, by tag.</summary>
    public async Task<Dictionary<ulong, OperationOutcome>> AskAsync(OperationBatch batch)
    {
        await SendAsync(batch);
        return (await ReceiveAsync(batch.Operations.Count)).ToDictionary(outcome => outcome.Tag);
    }

    /// <summary>Reads one more message; false at the end.</summary>
    public async Task<bool> MoveNextAsync()
    {
        if (!await _call.ResponseStream.MoveNext(default))
        {
            return false;
        }

        StreamResponse response = _call.ResponseStream.Current;
        if (response.GoAway is { } goAway)
        {
            GoAway = goAway.Reason;
            return true;
        }

        Result<Unit> verified = _session.Verify(response.Batch.Payload.Span, response.Batch.Mac.Span);
        Assert.That(verified.Error, Is.Null);
        OutcomeBatch batch = OutcomeBatch.Parser.ParseFrom(response.Batch.Payload);
        _outcomes.AddRange(batch.Outcomes);
        Sessions.AddRange(batch.Sessions);
        Batches++;
        return true;
    }

    /// <summary>Says that no more batches come.</summary>
    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <summary>Reads to the end, and gives the code that the stream ended with.</summary>
    public async Task<ErrorCode> EndAsync()
    {
        try
        {
            while (await MoveNextAsync())
            {
            }

            return ErrorCode.None;
        }
        catch (RpcException refusal)
        {
            return (ErrorCode)TestClient.DetailOf(refusal).Code;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _call.Dispose();
    }
}
