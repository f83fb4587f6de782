using Nacre.Core.Control;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Tokens;

namespace Nacre.Micro;

/// <summary>Account keys, callers that sign with the primary one, and a server that lets them through.</summary>
internal sealed class SigningAccount : IDisposable
{
    /// <summary>What every request asks for.</summary>
    public const string Method = "/nacre.v1.Items/Read";

    private const string Audience = "localhost:8081";

    /// <summary>The account's keys.</summary>
    public AccountKeys Keys { get; } = AccountKeys.Draw(TimeProvider.System, CryptographicRandom.Instance);

    /// <summary>The same keys, in force.</summary>
    public AccountKeyDirectory Directory { get; } = new();

    /// <summary>The server of now.</summary>
    public HmacAuthenticator Server { get; private set; } = null!;

    /// <summary>Puts the keys in force and makes a server.</summary>
    public SigningAccount()
    {
        Directory.Replace(Keys);
        RenewServer();
    }

    /// <summary>A caller with the primary key.</summary>
    public RequestSigner SignerByKey() =>
        new(Convert.FromBase64String(Keys[AccountKeyKind.Primary].Reveal()), TimeProvider.System, CryptographicRandom.Instance);

    /// <summary>Makes a server that remembers no request: one is accepted only once.</summary>
    /// <param name="tokens">For callers with tokens.</param>
    public void RenewServer(ResourceTokens? tokens = null)
    {
        Server?.Dispose();
        Server = new HmacAuthenticator(
            Directory, new AudienceNames(["localhost"]), new ReplayCacheOptions(), TimeProvider.System, CryptographicRandom.Instance, tokens);
    }

    /// <summary>Signs a request.</summary>
    public static string Sign(RequestSigner signer, byte[] body) => signer.Sign(Method, Audience, body);

    /// <inheritdoc/>
    public void Dispose()
    {
        Server.Dispose();
        Directory.Dispose();
        Keys.Dispose();
    }
}
