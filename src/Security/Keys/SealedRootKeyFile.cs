using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Nacre.Security.Keys;

/// <summary>A root key sealed under a passphrase. Layout in <c>docs/formats/rootkey.md</c>.</summary>
internal static class SealedRootKeyFile
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const ushort FormatVersion = 1;

    /// <summary>Every file has this length.</summary>
    public const int FileBytes = ChecksumOffset + ChecksumBytes;

    private const byte Argon2id = 1;
    private const int SaltOffset = 24;
    private const int SaltBytes = 32;
    private const int IdOffset = SaltOffset + SaltBytes;
    private const int CreatedOffset = IdOffset + RootKeyId.SizeBytes;
    private const int NonceOffset = CreatedOffset + 8;
    private const int NonceBytes = 12;
    private const int KeyOffset = NonceOffset + NonceBytes;
    private const int TagOffset = KeyOffset + RootKey.SizeBytes;
    private const int TagBytes = 16;
    private const int ChecksumOffset = TagOffset + TagBytes;
    private const int ChecksumBytes = 32;

    private static ReadOnlySpan<byte> Magic => "NACRROOT"u8;

    /// <summary>Seals a root key. Takes as long as <paramref name="cost"/> asks: some tenths of a second by default.</summary>
    public static byte[] Encode(RootKey key, ReadOnlySpan<byte> passphrase, Argon2Cost cost, TimeProvider time, IRandomSource random)
    {
        Invariant.Check(cost.IsValid);
        byte[] file = new byte[FileBytes];
        Span<byte> bytes = file;
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], FormatVersion);
        bytes[10] = Argon2id;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], cost.MemoryKiB);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], cost.Iterations);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], cost.Lanes);
        random.Fill(bytes.Slice(SaltOffset, SaltBytes));
        key.Id.Write(bytes[IdOffset..]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[CreatedOffset..], time.NowMilliseconds());
        random.Fill(bytes.Slice(NonceOffset, NonceBytes));
        using (AesGcm cipher = SealingCipher(passphrase, bytes.Slice(SaltOffset, SaltBytes), cost))
        {
            cipher.Encrypt(
                bytes.Slice(NonceOffset, NonceBytes), key.Bytes, bytes.Slice(KeyOffset, RootKey.SizeBytes), bytes.Slice(TagOffset, TagBytes), bytes[..NonceOffset]);
        }

        SHA256.HashData(bytes[..ChecksumOffset], bytes[ChecksumOffset..]);
        return file;
    }

    /// <summary>Tells which root key a file holds, without the passphrase.</summary>
    public static Result<RootKeyId> ReadId(string path, ReadOnlySpan<byte> file) =>
        FindDamage(path, file) is { } damage ? damage : RootKeyId.Read(file[IdOffset..CreatedOffset]);

    /// <summary>Opens a file.</summary>
    public static Result<RootKey> Decode(string path, ReadOnlySpan<byte> file, ReadOnlySpan<byte> passphrase)
    {
        if (FindDamage(path, file) is { } damage)
        {
            return damage;
        }

        Span<byte> key = stackalloc byte[RootKey.SizeBytes];
        try
        {
            using AesGcm cipher = SealingCipher(passphrase, file.Slice(SaltOffset, SaltBytes), CostOf(file));
            cipher.Decrypt(
                file.Slice(NonceOffset, NonceBytes), file.Slice(KeyOffset, RootKey.SizeBytes), file.Slice(TagOffset, TagBytes), key, file[..NonceOffset]);
            RootKey opened = RootKey.CopyOf(key);
            Invariant.Check(opened.Id == RootKeyId.Read(file[IdOffset..CreatedOffset]));
            return opened;
        }
        catch (AuthenticationTagMismatchException)
        {
            return new NacreError(ErrorCode.RootKeyWrong, $"The passphrase does not open the root key {path}. Give the passphrase that the file was sealed under.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static Argon2Cost CostOf(ReadOnlySpan<byte> file) => new(
        BinaryPrimitives.ReadInt32LittleEndian(file[12..]),
        BinaryPrimitives.ReadInt32LittleEndian(file[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(file[20..]));

    /// <summary>
    /// The checksum is no protection: it only tells a damaged file from a wrong passphrase, which call for different acts.
    /// </summary>
    private static NacreError? FindDamage(string path, ReadOnlySpan<byte> file)
    {
        if (file.Length < 10 || !file.StartsWith(Magic))
        {
            return Corrupt(path, "it does not begin as a sealed root key does");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, $"The root key {path} has format version {version}; this program reads version {FormatVersion}.");
        }

        if (file.Length != FileBytes)
        {
            return Corrupt(path, $"it has {file.Length} bytes instead of {FileBytes}");
        }

        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        SHA256.HashData(file[..ChecksumOffset], checksum);
        if (!checksum.SequenceEqual(file[ChecksumOffset..]))
        {
            return Corrupt(path, "its checksum does not hold");
        }

        return file[10] == Argon2id && CostOf(file).IsValid
            ? null
            : Corrupt(path, "its key derivation parameters are out of range");
    }

    private static NacreError Corrupt(string path, string finding) =>
        new(ErrorCode.Corrupt, $"The root key {path} is damaged: {finding}. Put back a copy.");

    private static AesGcm SealingCipher(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Argon2Cost cost)
    {
        Argon2Parameters parameters = new Argon2Parameters.Builder(Argon2Parameters.Argon2id)
            .WithVersion(Argon2Parameters.Version13)
            .WithMemoryAsKB(cost.MemoryKiB)
            .WithIterations(cost.Iterations)
            .WithParallelism(cost.Lanes)
            .WithSalt(salt.ToArray())
            .Build();
        var generator = new Argon2BytesGenerator();
        generator.Init(parameters);
        byte[] input = GC.AllocateArray<byte>(passphrase.Length, pinned: true);
        byte[] output = GC.AllocateArray<byte>(RootKey.SizeBytes, pinned: true);
        try
        {
            passphrase.CopyTo(input);
            generator.GenerateBytes(input, output);
            return new AesGcm(output, TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
            CryptographicOperations.ZeroMemory(output);
        }
    }
}
