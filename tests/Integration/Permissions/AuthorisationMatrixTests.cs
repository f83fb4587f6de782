using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;
using static Nacre.Integration.Tests.Permissions.MatrixTable;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>
/// Every method of the API and every operation of a stream, by every kind of caller, on everything that it can name,
/// over the network. The methods come from the API's own descriptors: one without a row fails here.
/// </summary>
[TestFixture]
public sealed class AuthorisationMatrixTests
{
    private const int LeastCells = 1_000;

    private MatrixWorld _world = null!;

    [OneTimeSetUp]
    public async Task Start() => _world = await MatrixWorld.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public void Table_EveryMethodAndOperation_HasARow()
    {
        Assert.That(Methods.Keys, Is.EquivalentTo(Api().Select(NameOf)), "a row for each method of the API");
        Assert.That(Operations.Keys, Is.EquivalentTo(Enum.GetValues<OperationKind>().Where(kind => kind != OperationKind.Unspecified)));
        Assert.That(_world.Callers.Keys, Is.SupersetOf(MatrixTable.Tokens.SelectMany(token => new[] { $"{token}-Read", $"{token}-All" })));
    }

    [Test]
    public async Task EveryCell_OverTheNetwork_AnswersAsTheTableSays()
    {
        var cells = new ConcurrentBag<(string Cell, ErrorCode Expected, ErrorCode Actual)>();
        var messages = new ConcurrentBag<(string Cell, string Message)>();
        await Parallel.ForEachAsync(_world.Callers, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (caller, _) =>
        {
            foreach (MethodDescriptor method in Api().Where(method => !method.IsClientStreaming))
            {
                Row row = Methods[NameOf(method)];
                foreach (Target target in TargetsOf(row.Level))
                {
                    string cell = $"{NameOf(method)} by {caller.Key} on {target}";
                    (ErrorCode code, string message) = await CallAsync(caller.Value, method, row.Request(target));
                    cells.Add((cell, Expected(caller.Key, row.Need, target), Denial(code)));
                    if (code == ErrorCode.Forbidden && caller.Key.EndsWith("-All", StringComparison.Ordinal))
                    {
                        messages.Add((cell, message));
                    }
                }
            }

            foreach ((string cell, ErrorCode expected, ErrorCode actual) in await StreamAsync(caller.Key, caller.Value))
            {
                cells.Add((cell, expected, actual));
            }
        });

        TestContext.Out.WriteLine($"{cells.Count} cells, {cells.Count(cell => cell.Expected == ErrorCode.None)} of them served");
        Assert.That(cells.Where(cell => cell.Actual != cell.Expected).Select(cell => $"{cell.Cell}: {cell.Actual}, not {cell.Expected}").Order(), Is.Empty);
        Assert.That(cells, Has.Count.GreaterThan(LeastCells));
        Assert.That(
            messages.Where(message => message.Message != "The caller may not do this.").Select(message => $"{message.Cell}: {message.Message}"),
            Is.Empty,
            "hidden and absent get one answer, word for word");
    }

    /// <summary>What clients call; nodes speak to each other on a port of their own.</summary>
    private static IEnumerable<MethodDescriptor> Api() => typeof(AccountInfo).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>()
        .Where(file => file.Package == "nacre.v1")
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods);

    private static string NameOf(MethodDescriptor method) => $"{method.Service.FullName}/{method.Name}";

    private static IEnumerable<Target> TargetsOf(Level level) => level switch
    {
        Level.Account => Targets.Take(1),
        Level.Database => Targets.DistinctBy(target => target.Database),
        Level.Container => Targets.DistinctBy(target => (target.Database, target.Container)),
        _ => Targets,
    };

    /// <summary>A refusal of the caller as itself; whatever else was answered, the caller was let through.</summary>
    private static ErrorCode Denial(ErrorCode code) => code is >= ErrorCode.Unauthenticated and <= ErrorCode.TokenExpired ? code : ErrorCode.None;

    private static async Task<(ErrorCode Code, string Message)> CodeOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return (ErrorCode.None, "");
        }
        catch (RpcException refusal)
        {
            ErrorDetail detail = TestClient.DetailOf(refusal);
            return ((ErrorCode)detail.Code, detail.Message);
        }
    }

    private Task<(ErrorCode Code, string Message)> CallAsync(TestClient? caller, MethodDescriptor method, IMessage request)
    {
        var bytes = Grpc.Core.Marshallers.Create<byte[]>(static raw => raw, static raw => raw);
        var rpc = new Method<byte[], byte[]>(MethodType.Unary, method.Service.FullName, method.Name, bytes, bytes);
        byte[] body = request.ToByteArray();
        var headers = new Metadata();
        if (caller is not null)
        {
            headers.Add("nacre-auth", caller.Signer.Sign(rpc.FullName, _world.Node.Audience, body));
        }

        return CodeOfAsync(async () => await _world.Invoker.AsyncUnaryCall(rpc, host: null, new CallOptions(headers), body));
    }

    /// <summary>Opens a stream and tries every operation on every target.</summary>
    private async Task<IEnumerable<(string Cell, ErrorCode Expected, ErrorCode Actual)>> StreamAsync(string caller, TestClient? client)
    {
        ErrorCode mayOpen = Expected(caller, Need.StreamOpen, Targets[0]);
        if (client is null)
        {
            MethodDescriptor stream = Api().Single(method => method.IsClientStreaming);
            return [($"Stream by {caller}", mayOpen, (await CallAsync(null, stream, new StreamRequest())).Code)];
        }

        TestStream? opened = null;
        (ErrorCode code, _) = await CodeOfAsync(async () => opened = await TestStream.OpenAsync(client, _world.Node.Audience));
        var cells = new List<(string, ErrorCode, ErrorCode)> { ($"Stream by {caller}", mayOpen, Denial(code)) };
        if (opened is null)
        {
            return cells;
        }

        using (opened)
        {
            (OperationKind Kind, Target Target)[] asked = [.. Operations.Keys.SelectMany(kind => Targets.Where(target => target.Database.Length > 0).Select(target => (kind, target)))];
            var batch = new OperationBatch();
            for (int i = 0; i < asked.Length; i++)
            {
                (OperationKind kind, Target target) = asked[i];
                uint number = (uint)i + 1;
                batch.Bindings.Add(new ContainerBinding { Number = number, Database = target.Database, Container = target.Container });
                batch.Operations.Add(kind is OperationKind.Read or OperationKind.Delete
                    ? new ItemOperation { Tag = number, Kind = kind, Container = number, PartitionKey = target.Key, Id = target.Id, IfMatch = kind == OperationKind.Delete ? "1-1" : "" }
                    : new ItemOperation { Tag = number, Kind = kind, Container = number, Body = target.Document, IfMatch = "1-1" });
            }

            Dictionary<ulong, OperationOutcome> outcomes = await opened.AskAsync(batch);
            cells.AddRange(asked.Select((cell, i) => (
                $"Stream {cell.Kind} by {caller} on {cell.Target}",
                Expected(caller, Operations[cell.Kind], cell.Target),
                Denial((ErrorCode)(outcomes[(ulong)i + 1].Error?.Code ?? 0)))));
        }

        return cells;
    }
}
