using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>
/// The bytes of <c>keys/keyring</c>: a clear header and a sealed body, authenticated together. Layout in
/// <c>docs/formats/keyring.md</c>.
/// </summary>
internal static class KeyRingCodec
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const ushort FormatVersion = 1;

    /// <summary>A ring beyond this (half a million keys) is not a ring.</summary>
    public const int MaxFileBytes = 64 * 1024 * 1024;

    /// <summary>Length of the clear header.</summary>
    public const int HeaderBytes = 96;

    /// <summary>Length of the tag that closes the file.</summary>
    public const int TagBytes = 16;

    private const int SaltOffset = 64;
    private const int SaltBytes = 32;
    private const int DomainBytes = 16 + KeyWrap.WrappedBytes;
    private const int DataKeyBytes = 28 + KeyWrap.WrappedBytes;

    private static ReadOnlySpan<byte> Magic => "NACREKEY"u8;

    /// <summary>Seals a ring.</summary>
    public static byte[] Encode(KeyRingContent ring, RootKey root, IRandomSource random)
    {
        byte[] body = EncodeBody(ring);
        byte[] file = new byte[HeaderBytes + body.Length + TagBytes];
        Span<byte> header = file.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], body.Length);
        ring.Cluster.Write(header[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], ring.Generation);
        root.Id.Write(header[40..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[56..], ring.WrittenMs);
        random.Fill(header.Slice(SaltOffset, SaltBytes));

        using AesGcm cipher = SealingCipher(root, header);
        cipher.Encrypt(ZeroNonce, body, file.AsSpan(HeaderBytes, body.Length), file.AsSpan(HeaderBytes + body.Length), header);
        return file;
    }

    /// <summary>Reads the clear header alone.</summary>
    public static Result<KeyRingHeader> DecodeHeader(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes + TagBytes)
        {
            return Corrupt($"it has {file.Length} bytes, fewer than the smallest ring");
        }

        if (!file.StartsWith(Magic))
        {
            return Corrupt("it does not begin as a key ring does");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, $"The key ring has format version {version}; this program reads version {FormatVersion}. Use the program version that wrote it, or a newer one.");
        }

        long expectedBytes = HeaderBytes + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[12..]) + TagBytes;
        if (file.Length != expectedBytes)
        {
            return Corrupt($"it has {file.Length} bytes where its header says {expectedBytes}");
        }

        long writtenMs = BinaryPrimitives.ReadInt64LittleEndian(file[56..]);
        return new KeyRingHeader(
            ClusterId.Read(file[16..32]),
            BinaryPrimitives.ReadUInt64LittleEndian(file[32..]),
            RootKeyId.Read(file[40..56]),
            UnixTime.FromMilliseconds(Math.Clamp(writtenMs, 0, UnixTime.MaxMilliseconds)));
    }

    /// <summary>Opens a ring; its keys stay wrapped.</summary>
    public static Result<KeyRingContent> Decode(ReadOnlySpan<byte> file, RootKey root)
    {
        Result<KeyRingHeader> header = DecodeHeader(file);
        if (!header.IsOk)
        {
            return header.Error;
        }

        if (header.Value.RootKey != root.Id)
        {
            return RootKeyErrors.Wrong("The provider", root.Id, header.Value.RootKey);
        }

        byte[] body = new byte[file.Length - HeaderBytes - TagBytes];
        try
        {
            using AesGcm cipher = SealingCipher(root, file[..HeaderBytes]);
            cipher.Decrypt(ZeroNonce, file[HeaderBytes..^TagBytes], file[^TagBytes..], body, file[..HeaderBytes]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return Corrupt("its bytes were changed after it was sealed");
        }

        return DecodeBody(header.Value, body);
    }

    /// <summary>A refusal that says what to do.</summary>
    public static NacreError Corrupt(string finding) => new(
        ErrorCode.Corrupt,
        $"The key ring is damaged: {finding}. Put back the newest copy of keys/keyring; without it the data cannot be opened.");

    // The sealing key serves for one file only, so that its one nonce can be zero.
    private static ReadOnlySpan<byte> ZeroNonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static AesGcm SealingCipher(RootKey root, ReadOnlySpan<byte> header)
    {
        Span<byte> key = stackalloc byte[KeyWrap.KeyBytes];
        root.Derive(header.Slice(SaltOffset, SaltBytes), "nacre keyring seal v1"u8, key);
        var cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private static byte[] EncodeBody(KeyRingContent ring)
    {
        byte[] body = new byte[12 + (ring.Domains.Length * DomainBytes) + (ring.DataKeys.Length * DataKeyBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(body, ring.NextDataKey.Value);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), ring.Domains.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), ring.DataKeys.Length);
        Span<byte> rest = body.AsSpan(12);
        foreach (WrappedDomainKey key in ring.Domains)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, key.Domain.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], key.Version);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], key.CreatedMs);
            key.Wrapped.CopyTo(rest[16..]);
            rest = rest[DomainBytes..];
        }

        foreach (WrappedDataKey key in ring.DataKeys)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, key.Id.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], key.Domain.Value);
            rest[8] = (byte)key.State;
            BinaryPrimitives.WriteInt64LittleEndian(rest[12..], key.CreatedMs);
            BinaryPrimitives.WriteInt64LittleEndian(rest[20..], key.StateSinceMs);
            key.Wrapped.CopyTo(rest[28..]);
            rest = rest[DataKeyBytes..];
        }

        Invariant.Check(rest.IsEmpty);
        return body;
    }

    private static Result<KeyRingContent> DecodeBody(KeyRingHeader header, ReadOnlySpan<byte> body)
    {
        if (body.Length < 12)
        {
            return Corrupt("its body is too short");
        }

        uint nextDataKey = BinaryPrimitives.ReadUInt32LittleEndian(body);
        uint domainCount = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        uint dataKeyCount = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        if (12 + ((long)domainCount * DomainBytes) + ((long)dataKeyCount * DataKeyBytes) != body.Length)
        {
            return Corrupt("its counts disagree with its length");
        }

        ReadOnlySpan<byte> rest = body[12..];
        var domains = ImmutableArray.CreateBuilder<WrappedDomainKey>((int)domainCount);
        for (uint i = 0; i < domainCount; i++, rest = rest[DomainBytes..])
        {
            domains.Add(new WrappedDomainKey(
                new KeyDomainId(BinaryPrimitives.ReadUInt32LittleEndian(rest)),
                BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
                rest[16..DomainBytes].ToArray()));
        }

        var dataKeys = ImmutableArray.CreateBuilder<WrappedDataKey>((int)dataKeyCount);
        for (uint i = 0; i < dataKeyCount; i++, rest = rest[DataKeyBytes..])
        {
            dataKeys.Add(new WrappedDataKey(
                new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(rest)),
                new KeyDomainId(BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])),
                (DataKeyState)rest[8],
                BinaryPrimitives.ReadInt64LittleEndian(rest[12..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[20..]),
                rest[28..DataKeyBytes].ToArray()));
        }

        var ring = new KeyRingContent(
            header.Cluster, header.Generation, header.WrittenAt.ToUnixTimeMilliseconds(), new DataKeyId(nextDataKey),
            domains.MoveToImmutable(), dataKeys.MoveToImmutable());
        return FindDisorder(ring) is { } finding ? Corrupt(finding) : ring;
    }

    /// <summary>What is wrong with a ring's order, or null. Only a bug of the writer gets past the seal to here.</summary>
    private static string? FindDisorder(KeyRingContent ring)
    {
        for (int i = 1; i < ring.Domains.Length; i++)
        {
            if (ring.Domains[i - 1].Domain >= ring.Domains[i].Domain)
            {
                return "its domains are out of order";
            }
        }

        HashSet<KeyDomainId> known = [.. ring.Domains.Select(domain => domain.Domain)];
        var currentOf = new HashSet<KeyDomainId>();
        DataKeyId last = default;
        foreach (WrappedDataKey key in ring.DataKeys)
        {
            if (key.Id <= last || key.Id >= ring.NextDataKey)
            {
                return $"data key {key.Id} is out of order";
            }

            if (key.State is < DataKeyState.Current or > DataKeyState.Destroyed)
            {
                return $"data key {key.Id} is in an unknown state";
            }

            if (!known.Contains(key.Domain))
            {
                return $"data key {key.Id} belongs to no domain";
            }

            if (key.State == DataKeyState.Current && !currentOf.Add(key.Domain))
            {
                return $"domain {key.Domain} has two current data keys";
            }

            last = key.Id;
        }

        return currentOf.Count == ring.Domains.Length ? null : "a domain has no current data key";
    }
}
