using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Storage.SharedLog;

/// <summary>The keys of one use of a segment: one for its header and frame headers, one for each domain's sections.</summary>
/// <remarks>
/// Not thread-safe: the writer has one, each reader another. Nonces are the frame numbers, which rise and are
/// written once in a use; a use ends with its process, and every use draws a new salt, so no pair of key and nonce
/// comes twice.
/// </remarks>
internal sealed class SegmentCipher : IDisposable
{
    private const uint SegmentHeaderNonce = 0;
    private const uint FrameHeaderNonce = 1;
    private const int ContextBytes = 16 + sizeof(ulong) + sizeof(ulong) + LogFormat.SaltBytes + sizeof(uint);

    private readonly IDataKeys _keys;
    private readonly ulong _fileId;
    private readonly ulong _useId;
    private readonly UInt128 _salt;
    private readonly AesGcm _headers;
    private readonly Dictionary<(KeyDomainId Domain, DataKeyId Key), AesGcm?> _sections = [];

    private SegmentCipher(IDataKeys keys, SegmentHeader header, AesGcm headers)
    {
        _keys = keys;
        _fileId = header.FileId;
        _useId = header.UseId;
        _salt = header.Salt;
        _headers = headers;
    }

    private static ReadOnlySpan<byte> HeaderPurpose => "nacre.log.header"u8;

    private static ReadOnlySpan<byte> SectionPurpose => "nacre.log.record"u8;

    /// <summary>Makes the cipher of the use that a header names; null when the header's data key is not known.</summary>
    public static SegmentCipher? TryCreate(IDataKeys keys, SegmentHeader header)
    {
        AesGcm? headers = Derive(keys, header.Key, HeaderPurpose, header.FileId, header.UseId, header.Salt, KeyDomainId.Shared);
        return headers is null ? null : new SegmentCipher(keys, header, headers);
    }

    /// <summary>Tags a segment's header. Once in a use.</summary>
    public void TagSegmentHeader(ReadOnlySpan<byte> header, Span<byte> tag) => Tag(SegmentHeaderNonce, 0, header, tag);

    /// <summary>True when the tag is the segment header's.</summary>
    public bool IsSegmentHeader(ReadOnlySpan<byte> header, ReadOnlySpan<byte> tag) =>
        IsTag(SegmentHeaderNonce, 0, header, tag);

    /// <summary>Tags a frame's header, which holds its sections' tags. Once for each frame of a use.</summary>
    public void TagFrame(ulong frame, ReadOnlySpan<byte> header, Span<byte> tag) => Tag(FrameHeaderNonce, frame, header, tag);

    /// <summary>True when the tag is that frame header's.</summary>
    public bool IsFrame(ulong frame, ReadOnlySpan<byte> header, ReadOnlySpan<byte> tag) =>
        IsTag(FrameHeaderNonce, frame, header, tag);

    /// <summary>Seals a section. Once for each domain of a frame.</summary>
    /// <param name="domain">The records' domain.</param>
    /// <param name="key">Its data key in this use; must be known.</param>
    /// <param name="frame">The frame's number.</param>
    /// <param name="bound">Associated data.</param>
    /// <param name="clear">The records.</param>
    /// <param name="sealedBytes">As long as <paramref name="clear"/>.</param>
    /// <param name="tag">The tag.</param>
    public void SealSection(
        KeyDomainId domain, DataKeyId key, ulong frame, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> clear,
        Span<byte> sealedBytes, Span<byte> tag)
    {
        AesGcm? cipher = SectionCipher(domain, key);
        Invariant.Check(cipher is not null);
        Span<byte> nonce = stackalloc byte[LogFormat.NonceBytes];
        WriteNonce(nonce, 0, frame);
        cipher.Encrypt(nonce, clear, sealedBytes, tag, bound);
    }

    /// <summary>Opens a section.</summary>
    public SectionOutcome OpenSection(
        KeyDomainId domain, DataKeyId key, ulong frame, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> sealedBytes,
        ReadOnlySpan<byte> tag, Span<byte> clear)
    {
        if (SectionCipher(domain, key) is not { } cipher)
        {
            return SectionOutcome.KeyUnknown;
        }

        Span<byte> nonce = stackalloc byte[LogFormat.NonceBytes];
        WriteNonce(nonce, 0, frame);
        try
        {
            cipher.Decrypt(nonce, sealedBytes, tag, clear, bound);
            return SectionOutcome.Opened;
        }
        catch (AuthenticationTagMismatchException)
        {
            return SectionOutcome.Damaged;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _headers.Dispose();
        foreach (AesGcm? section in _sections.Values)
        {
            section?.Dispose();
        }
    }

    private static AesGcm? Derive(
        IDataKeys keys, DataKeyId key, ReadOnlySpan<byte> purpose, ulong fileId, ulong useId, UInt128 salt, KeyDomainId domain)
    {
        Span<byte> context = stackalloc byte[ContextBytes];
        purpose.CopyTo(context);
        BinaryPrimitives.WriteUInt64LittleEndian(context[16..], fileId);
        BinaryPrimitives.WriteUInt64LittleEndian(context[24..], useId);
        BinaryPrimitives.WriteUInt128LittleEndian(context[32..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(context[48..], domain.Value);
        return keys.TryMakeCipher(key, context);
    }

    private static void WriteNonce(Span<byte> nonce, uint purpose, ulong frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, purpose);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], frame);
    }

    private AesGcm? SectionCipher(KeyDomainId domain, DataKeyId key)
    {
        if (!_sections.TryGetValue((domain, key), out AesGcm? cipher))
        {
            cipher = Derive(_keys, key, SectionPurpose, _fileId, _useId, _salt, domain);
            _sections.Add((domain, key), cipher);
        }

        return cipher;
    }

    private void Tag(uint purpose, ulong frame, ReadOnlySpan<byte> header, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[LogFormat.NonceBytes];
        WriteNonce(nonce, purpose, frame);
        _headers.Encrypt(nonce, [], [], tag, header);
    }

    private bool IsTag(uint purpose, ulong frame, ReadOnlySpan<byte> header, ReadOnlySpan<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[LogFormat.NonceBytes];
        WriteNonce(nonce, purpose, frame);
        try
        {
            _headers.Decrypt(nonce, [], tag, [], header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
