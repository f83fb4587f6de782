using System.Buffers;
using BenchmarkDotNet.Attributes;
using Nacre.Core.Control;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Micro;

/// <summary>What it costs to verify a unary request, and a batch of a stream, of 1 KiB.</summary>
[MemoryDiagnoser]
public class AuthenticationBenchmarks : IDisposable
{
    private const string Method = "/nacre.v1.Items/Read";
    private const int Requests = 100_000;

    private readonly byte[] _body = new byte[1024];
    private readonly byte[] _mac = new byte[32];
    private AccountKeys _keys = null!;
    private AccountKeyDirectory _directory = null!;
    private RequestSigner _signer = null!;
    private HmacAuthenticator _server = null!;
    private StreamSession _stream = null!;
    private HmacKey _key = null!;
    private string[] _headers = [];

    /// <summary>Draws keys.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _keys = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);
        _directory = new AccountKeyDirectory();
        _directory.Replace(_keys);
        byte[] key = Convert.FromBase64String(_keys[AccountKeyKind.Primary].Reveal());
        _signer = new RequestSigner(key, TimeProvider.System, CryptographicRandom.Instance);
        _key = HmacKey.CopyOf(key);
        var self = new Principal(PrincipalKind.AccountReadWrite, "benchmark", default, ResourceScope.Account);
        _stream = _signer.OpenStream(self, new byte[16], new byte[16]);
    }

    /// <summary>Signs a request for each verification: one is accepted only once.</summary>
    [IterationSetup(Target = nameof(AuthenticateUnary))]
    public void SignRequests()
    {
        _server?.Dispose();
        _server = new HmacAuthenticator(
            _directory, new AudienceNames(["localhost"]), new ReplayCacheOptions(), TimeProvider.System, CryptographicRandom.Instance);
        _headers = [.. Enumerable.Range(0, Requests).Select(_ => _signer.Sign(Method, "localhost:8081", _body))];
    }

    /// <summary>Clears the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _stream?.Dispose();
        _key?.Dispose();
        _signer?.Dispose();
        _server?.Dispose();
        _directory?.Dispose();
        _keys?.Dispose();
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
            all &= _server.Authenticate(header, Method, body).IsOk;
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
