using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Nacre.Client.Tests.Fakes;

/// <summary>Checks signatures and makes the faults that a test ordered.</summary>
internal sealed class FakePipeline(FakeState state) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        state.Calls.Enqueue(context.Method);
        // The same library wrote these bytes on the client, so writing them again gives the same.
        if (!FakeSignature.IsGood(state.KeyBytes, context.RequestHeaders.GetValue("nacre-auth"), context.Method, ((IMessage)request).ToByteArray()))
        {
            throw FakeState.Failure(FakeState.Error(NacreErrorCode.Unauthenticated), StatusCode.Unauthenticated);
        }

        if (context.Method != "/nacre.v1.Account/Get")
        {
            state.Hosts.Enqueue(context.Host);
        }

        if ((state.RefuseAt(context.Host) ?? state.Refuse(context.Method)) is { } refusal)
        {
            throw FakeState.Failure(refusal, StatusCode.Unavailable);
        }

        TResponse response = await continuation(request, context);
        await state.BeforeAnswer(context.Method, context);
        return response;
    }
}
