using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Nacre.Core;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Security.Authentication;

namespace Nacre.Security.Tokens;

/// <summary>
/// What a resource token says: whose permission it stands for, of which version, under which key, and for how long. 72
/// bytes, so that its base64url has one form. Layout in <c>docs/formats/auth.md</c>.
/// </summary>
/// <param name="Mode">What the permission allowed when the token was made.</param>
/// <param name="KeyGeneration">The token key that the secret derives from.</param>
/// <param name="Database">The database that the user is in.</param>
/// <param name="User">The user.</param>
/// <param name="Permission">The permission.</param>
/// <param name="Epoch">The permission's version: another one withdraws the token.</param>
/// <param name="Container">The container's incarnation.</param>
/// <param name="IssuedMs">When it was made, Unix milliseconds.</param>
/// <param name="LifetimeSeconds">How long it lasts.</param>
/// <param name="Issuer">The account key that asked for it.</param>
internal readonly record struct ResourceToken(
    PermissionMode Mode,
    uint KeyGeneration,
    DatabaseId Database,
    UserId User,
    PermissionId Permission,
    Sequence Epoch,
    ContainerId Container,
    long IssuedMs,
    uint LifetimeSeconds,
    CredentialKeyId Issuer)
{
    /// <summary>Length of the binary form.</summary>
    public const int SizeBytes = 72;

    /// <summary>Length of the text form.</summary>
    public const int TextLength = SizeBytes / 3 * 4;

    private const byte FormatVersion = 1;
    private const int IssuerAt = 60;

    /// <summary>When it ends.</summary>
    public DateTimeOffset Expires => UnixTime.FromMilliseconds(IssuedMs).AddSeconds(LifetimeSeconds);

    /// <summary>Reads the binary form.</summary>
    /// <param name="bytes">72 bytes of anything.</param>
    /// <param name="token">What they say.</param>
    /// <returns>False for bytes that <see cref="Write"/> does not write.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ResourceToken token)
    {
        token = default;
        Invariant.Check(bytes.Length == SizeBytes);
        var mode = (PermissionMode)bytes[1];
        long issuedMs = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]);
        if (bytes[0] != FormatVersion || mode is not (PermissionMode.Read or PermissionMode.All) ||
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) != 0 || issuedMs is < 0 or > UnixTime.MaxMilliseconds / 2)
        {
            return false;
        }

        Span<byte> issuer = stackalloc byte[CredentialKeyId.Length];
        Base64Url.EncodeToUtf8(bytes[IssuerAt..], issuer);
        token = new ResourceToken(
            mode,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            new DatabaseId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])),
            new UserId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])),
            new PermissionId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])),
            new Sequence(BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..])),
            new ContainerId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..])),
            issuedMs,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]),
            CredentialKeyId.Read(issuer));
        return true;
    }

    /// <summary>Writes the binary form.</summary>
    /// <param name="destination">72 bytes.</param>
    public void Write(Span<byte> destination)
    {
        Invariant.Check(destination.Length == SizeBytes);
        destination[0] = FormatVersion;
        destination[1] = (byte)Mode;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], KeyGeneration);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Database.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], User.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Permission.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Epoch.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], Container.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], IssuedMs);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[56..], LifetimeSeconds);
        int written = Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(Issuer.ToString()), destination[IssuerAt..]);
        Invariant.Check(written == SizeBytes - IssuerAt);
    }
}
