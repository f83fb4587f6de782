using System.Buffers;
using BenchmarkDotNet.Attributes;
using Nacre.Core.Control;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Micro;

/// <summary>What it costs to verify a unary request, and a batch of a stream, of 1 KiB.</summary>
[MemoryDiagnoser]
public class AuthenticationBenchmarks : IDisposable
{
    private const int Requests = 100_000;

    private readonly byte[] _body = new byte[1024];
    private readonly byte[] _mac = new byte[32];
    private SigningAccount _account = null!;
    private RequestSigner _signer = null!;
    private StreamSession _stream = null!;
    private HmacKey _key = null!;
    private string[] _headers = [];

    /// <summary>Draws keys.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _account = new SigningAccount();
        _signer = _account.SignerByKey();
        _key = HmacKey.CopyOf(Convert.FromBase64String(_account.Keys[AccountKeyKind.Primary].Reveal()));
        var self = new Principal(PrincipalKind.AccountReadWrite, "benchmark", default, ResourceScope.Account);
        _stream = _signer.OpenStream(self, new byte[16], new byte[16]);
    }

    /// <summary>Signs a request for each verification: one is accepted only once.</summary>
    [IterationSetup(Target = nameof(AuthenticateUnary))]
    public void SignRequests()
    {
        _account.RenewServer();
        _headers = [.. Enumerable.Range(0, Requests).Select(_ => SigningAccount.Sign(_signer, _body))];
    }

    /// <summary>Clears the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _stream?.Dispose();
        _key?.Dispose();
        _signer?.Dispose();
        _account?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Parse, hash, MAC, audience, time and replay cache.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public bool AuthenticateUnary()
    {
        var body = new ReadOnlySequence<byte>(_body);
        bool all = true;
        foreach (string header in _headers)
        {
            all &= _account.Server.Authenticate(header, SigningAccount.Method, body).IsOk;
        }

        return all ? all : throw new InvalidOperationException("A request was refused.");
    }

    /// <summary>One batch's running MAC.</summary>
    [Benchmark]
    public void StreamBatch() => _stream.Sign(_body, _mac);

    /// <summary>The MAC alone, over a text as long as the one that is signed.</summary>
    [Benchmark]
    public bool KeptKeySchedule() => _key.TryCompute(_body.AsSpan(0, 160), _mac);
}
