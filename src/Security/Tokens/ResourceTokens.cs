using System.Buffers.Text;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Tokens;

/// <summary>
/// Makes resource tokens and verifies them. A token says in clear what it is for; its secret is the MAC of that under the
/// token key, so that a server makes the secret again from the token, and nobody else can. Requests carry the token and
/// are signed with the secret: a token that shows in a log opens nothing.
/// </summary>
/// <remarks>
/// Thread-safe. A token that was used before costs a look into a table and no derivation; the table forgets what was
/// not used lately, and only who holds a secret gets into it.
/// </remarks>
// Invariants:
// - a credential is remembered only after a request was signed with the token's secret;
// - what is remembered is at most two generations of _capacity credentials.
public sealed class ResourceTokens
{
    /// <summary>How long a token lasts unless something else is asked for.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    /// <summary>The shortest life of a token.</summary>
    public static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The longest life of a token.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    private const int DefaultCapacity = 4_096;

    private static readonly NacreError BadLifetime = new(
        ErrorCode.Malformed, "A token lasts 10 minutes to 24 hours; 0 stands for 1 hour.");

    private readonly TokenKeyDirectory _keys;
    private readonly AccountKeyDirectory _issuers;
    private readonly IRevocations _revocations;
    private readonly TimeProvider _time;
    private readonly RecentCredentials _recent;

    /// <summary>Joins what tokens hang on.</summary>
    /// <param name="keys">The keys that they derive from.</param>
    /// <param name="issuers">The account keys that ask for them: with such a key go its tokens.</param>
    /// <param name="revocations">Says which permissions are in force.</param>
    /// <param name="time">The clock.</param>
    public ResourceTokens(TokenKeyDirectory keys, AccountKeyDirectory issuers, IRevocations revocations, TimeProvider time)
        : this(keys, issuers, revocations, time, DefaultCapacity)
    {
    }

    internal ResourceTokens(TokenKeyDirectory keys, AccountKeyDirectory issuers, IRevocations revocations, TimeProvider time, int capacity)
    {
        _keys = keys;
        _issuers = issuers;
        _revocations = revocations;
        _time = time;
        _recent = new RecentCredentials(capacity);
    }

    /// <summary>Makes a token.</summary>
    /// <param name="permission">What for: as the catalogue has it now.</param>
    /// <param name="issuer">The holder of an account key who asks for it.</param>
    /// <param name="lifetime">10 minutes to 24 hours, whole seconds; zero for 1 hour.</param>
    /// <returns>The token; Malformed for the lifetime, Unavailable when the token keys are being changed.</returns>
    public Result<IssuedToken> Issue(PermissionRecord permission, Principal issuer, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(permission);
        ArgumentNullException.ThrowIfNull(issuer);
        Invariant.Check(issuer.Grant is null);
        TimeSpan life = lifetime == TimeSpan.Zero ? DefaultLifetime : lifetime;
        if (life < MinLifetime || life > MaxLifetime)
        {
            return BadLifetime;
        }

        Span<byte> bytes = stackalloc byte[ResourceToken.SizeBytes];
        Span<byte> secret = stackalloc byte[HmacKey.MacBytes];
        TokenKey? key = _keys.Newest;
        Invariant.Check(key is not null);
        var token = new ResourceToken(
            permission.Target.Mode, key.Generation, permission.Database, permission.User, permission.Id, permission.Version,
            permission.Container, _time.NowMilliseconds(), (uint)life.TotalSeconds, issuer.Key);
        token.Write(bytes);
        if (!key.TryDerive(bytes, secret))
        {
            return AuthenticationErrors.KeyChanging;
        }

        string text = $"{Base64Url.EncodeToString(bytes)}.{Base64Url.EncodeToString(secret)}";
        CryptographicOperations.ZeroMemory(secret);
        return new IssuedToken(text, token.Expires);
    }

    /// <summary>Finds a token whose secret was proved before; null for one that is new here.</summary>
    internal Credential? Recall(in ResourceToken token) => _recent.Find(token);

    /// <summary>Derives a token's secret.</summary>
    /// <param name="token">What it says.</param>
    /// <param name="bytes">The same as bytes.</param>
    /// <param name="secret">32 bytes, filled.</param>
    /// <returns>False when the key is not known.</returns>
    internal bool TryDerive(in ResourceToken token, ReadOnlySpan<byte> bytes, Span<byte> secret) =>
        _keys.Find(token.KeyGeneration) is { } key && key.TryDerive(bytes, secret);

    /// <summary>Takes up a token whose bearer has proved its secret.</summary>
    /// <param name="token">What it says.</param>
    /// <param name="secret">Its secret; copied.</param>
    /// <returns>The credential; null when what the token stands for is not in force.</returns>
    internal Credential? TakeUp(in ResourceToken token, ReadOnlySpan<byte> secret)
    {
        if (_keys.Find(token.KeyGeneration) is not { } key ||
            _issuers.Find(token.Issuer) is not { Principal: var issuer } ||
            _revocations.Find(token.Permission) is not { } permission ||
            permission.Version != token.Epoch || permission.User != token.User || permission.Database != token.Database ||
            permission.Container != token.Container || permission.Target.Mode != token.Mode)
        {
            return null;
        }

        var grant = new TokenGrant(permission, token.Expires, _revocations, key, issuer, _time);
        return _recent.Add(token, new Credential(HmacKey.CopyOf(secret), new Principal(grant)));
    }
}
