using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests.Fakes;

internal sealed class FakeItemsService(FakeState state) : Items.ItemsBase
{
    public override Task<ItemResponse> Create(WriteItemRequest request, ServerCallContext context) => Write(request, OperationKind.Create);

    public override Task<ItemResponse> Upsert(WriteItemRequest request, ServerCallContext context) => Write(request, OperationKind.Upsert);

    public override Task<ItemResponse> Replace(WriteItemRequest request, ServerCallContext context) => Write(request, OperationKind.Replace);

    public override Task<ItemResponse> Read(ReadItemRequest request, ServerCallContext context) => Execute(
        request.Database,
        request.Container,
        new ItemOperation { Kind = OperationKind.Read, PartitionKey = request.PartitionKey, Id = request.Id, IfNoneMatch = request.IfNoneMatch },
        null);

    public override Task<ItemResponse> Delete(DeleteItemRequest request, ServerCallContext context) => Execute(
        request.Database,
        request.Container,
        new ItemOperation { Kind = OperationKind.Delete, PartitionKey = request.PartitionKey, Id = request.Id, IfMatch = request.IfMatch },
        request.Idempotency);

    public override Task<ListItemsResponse> List(ListItemsRequest request, ServerCallContext context)
    {
        (List<ListedItem> page, string continuation) = state.Items(request);
        return Task.FromResult(new ListItemsResponse { Items = { page }, Continuation = continuation });
    }

    /// <summary>Understands no query: every one answers all items of its partition key, or what the test says.</summary>
    public override Task<QueryResponse> Query(QueryRequest request, ServerCallContext context)
    {
        state.Queries.Enqueue(request);
        if (state.AnswerQuery(request) is { } rows)
        {
            return Task.FromResult(new QueryResponse { Rows = { rows.Select(ByteString.CopyFromUtf8) }, RequestCharge = 1 });
        }

        (List<ListedItem> page, string continuation) = state.Items(new ListItemsRequest
        {
            Database = request.Database,
            Container = request.Container,
            PartitionKey = request.PartitionKey,
            MaxItems = request.MaxItems,
            Continuation = request.Continuation,
        });
        return Task.FromResult(new QueryResponse
        {
            Rows = { page.Select(item => item.Body) },
            Continuation = continuation,
            RequestCharge = 1.25,
            ItemsLookedAt = (ulong)page.Count,
            BytesRead = (ulong)page.Sum(item => item.Body.Length),
            Plan = request.Explain ? "scan\nanswer" : "",
        });
    }

    public override async Task Stream(
        IAsyncStreamReader<StreamRequest> requests, IServerStreamWriter<StreamResponse> responses, ServerCallContext context)
    {
        FakeStreamSettings settings = state.Stream;
        int number = settings.Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, state.Stopping.Token);
        await requests.MoveNext(stop.Token);
        StreamRequest first = requests.Current;
        if (!FakeSignature.IsGood(state.KeyBytes, context.RequestHeaders.GetValue("nacre-auth"), context.Method, first.ToByteArray()))
        {
            throw FakeState.Failure(FakeState.Error(NacreErrorCode.Unauthenticated), StatusCode.Unauthenticated);
        }

        state.Hosts.Enqueue(context.Host);
        if ((state.RefuseAt(context.Host) ?? state.Refuse(context.Method)) is { } refusal)
        {
            throw FakeState.Failure(refusal, StatusCode.Unavailable);
        }

        byte[] nonce = RandomNumberGenerator.GetBytes(16);
        byte[] session = FakeSignature.SessionKey(state.KeyBytes, first.Open.ClientNonce.Span, nonce);
        var up = new FakeSignature.Direction(session, "client to server");
        var down = new FakeSignature.Direction(session, "server to client");
        var accepted = new StreamAccepted
        {
            ServerNonce = ByteString.CopyFrom(nonce),
            MaxBatchBytes = settings.MaxBatchBytes,
            MaxOperationsOpen = settings.MaxOpen,
            Proof = ByteString.CopyFrom(HMACSHA256.HashData(session, "server proof"u8)),
        };
        settings.TamperAccepted(accepted);
        await responses.WriteAsync(new StreamResponse { Accepted = accepted }, stop.Token);

        Dictionary<uint, ContainerBinding> bindings = [];
        while (await requests.MoveNext(stop.Token))
        {
            StreamBatch request = requests.Current.Batch;
            if (!up.Next(request.Payload.Span).AsSpan().SequenceEqual(request.Mac.Span))
            {
                throw FakeState.Failure(FakeState.Error(NacreErrorCode.Unauthenticated), StatusCode.Unauthenticated);
            }

            OperationBatch batch = OperationBatch.Parser.ParseFrom(request.Payload);
            settings.Batches.Enqueue(batch.Operations.Count);
            await settings.BeforeBatch(number, batch).WaitAsync(stop.Token);
            foreach (ContainerBinding binding in batch.Bindings)
            {
                bindings[binding.Number] = binding;
            }

            var outcomes = new OutcomeBatch();
            foreach (ItemOperation operation in batch.Operations)
            {
                ContainerBinding binding = bindings[operation.Container];
                (ErrorDetail? error, OperationOutcome outcome) =
                    state.Execute(binding.Database, binding.Container, operation, batch.ClientId, batch.AnsweredBelow);
                OperationOutcome answer = outcome.Clone();
                answer.Tag = operation.Tag;
                answer.Error = error;
                outcomes.Outcomes.Add(answer);
            }

            await settings.BeforeAnswer(number, outcomes).WaitAsync(stop.Token);
            byte[] payload = outcomes.ToByteArray();
            var response = new StreamBatch { Payload = ByteString.CopyFrom(payload), Mac = ByteString.CopyFrom(down.Next(payload)) };
            settings.Tamper(response);
            await responses.WriteAsync(new StreamResponse { Batch = response }, stop.Token);
            if (settings.GoAwayAfterBatch(number))
            {
                await responses.WriteAsync(new StreamResponse { GoAway = new StreamGoAway { Reason = "ordered" } }, stop.Token);
            }
        }
    }

    private Task<ItemResponse> Write(WriteItemRequest request, OperationKind kind) => Execute(
        request.Database,
        request.Container,
        new ItemOperation
        {
            Kind = kind,
            PartitionKey = request.PartitionKey,
            Id = request.Id,
            Body = request.Body,
            IfMatch = request.IfMatch,
            IfNoneMatch = request.IfNoneMatch,
        },
        request.Idempotency);

    private Task<ItemResponse> Execute(string database, string container, ItemOperation operation, IdempotencyKey? key)
    {
        operation.IdempotencySequence = key?.Sequence ?? 0;
        (ErrorDetail? error, OperationOutcome outcome) =
            state.Execute(database, container, operation, key?.ClientId ?? ByteString.Empty, key?.AnsweredBelow ?? 0);
        return error is null
            ? Task.FromResult(new ItemResponse
            {
                Etag = outcome.Etag,
                Lsn = outcome.Lsn,
                TimestampMs = outcome.TimestampMs,
                Body = outcome.Body,
                Created = outcome.Created,
            })
            : throw FakeState.Failure(error);
    }
}
