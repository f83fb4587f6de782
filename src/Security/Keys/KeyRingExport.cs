using System.Buffers.Binary;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <summary>
/// A key ring's data keys in clear, for another node of the cluster. Domain keys are not among them: each node wraps data keys
/// under domain keys of its own. Layout in <c>docs/formats/keyring.md</c>.
/// </summary>
/// <remarks>Borrows the bytes that it was read from, which whoever has them clears.</remarks>
internal readonly ref struct KeyRingExport
{
    private const ushort FormatVersion = 1;
    private const int HeaderBytes = 40;
    private const int DomainBytes = 8;
    private const int DataKeyBytes = 28 + KeyWrap.KeyBytes;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _keysAt;

    private KeyRingExport(ReadOnlySpan<byte> bytes, Dictionary<KeyDomainId, uint> domains, int keysAt)
    {
        _bytes = bytes;
        _keysAt = keysAt;
        Domains = domains;
        var keys = new WrappedDataKey[(bytes.Length - keysAt) / DataKeyBytes];
        for (int at = 0; at < keys.Length; at++)
        {
            ReadOnlySpan<byte> key = bytes.Slice(keysAt + (at * DataKeyBytes), DataKeyBytes);
            keys[at] = new WrappedDataKey(
                new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(key)),
                new KeyDomainId(BinaryPrimitives.ReadUInt32LittleEndian(key[4..])),
                (DataKeyState)key[8],
                BinaryPrimitives.ReadInt64LittleEndian(key[12..]),
                BinaryPrimitives.ReadInt64LittleEndian(key[20..]),
                []);
        }

        Keys = keys;
    }

    /// <summary>The cluster.</summary>
    public ClusterId Cluster => ClusterId.Read(_bytes[16..32]);

    /// <summary>The next id that the exporting ring would give.</summary>
    public DataKeyId NextDataKey => new(BinaryPrimitives.ReadUInt32LittleEndian(_bytes[12..]));

    /// <summary>Key domains, with the versions of their keys on the exporting node.</summary>
    public IReadOnlyDictionary<KeyDomainId, uint> Domains { get; }

    /// <summary>Ids, states and times of the data keys, ascending by id; nothing is wrapped in them.</summary>
    public IReadOnlyList<WrappedDataKey> Keys { get; }

    private static ReadOnlySpan<byte> Magic => "NACRKEYX"u8;

    /// <summary>A data key in clear; zeros for one that was destroyed.</summary>
    /// <param name="at">Its place in <see cref="Keys"/>.</param>
    public ReadOnlySpan<byte> KeyAt(int at) => _bytes.Slice(_keysAt + (at * DataKeyBytes) + 28, KeyWrap.KeyBytes);

    /// <summary>Makes the bytes; the keys are for the caller to fill in.</summary>
    /// <param name="ring">What to export.</param>
    /// <param name="keyAt">Where each data key's 32 bytes go, in the order of the ring.</param>
    public static SecretBytes Write(KeyRingContent ring, out int[] keyAt)
    {
        var export = new SecretBytes(HeaderBytes + (ring.Domains.Length * DomainBytes) + (ring.DataKeys.Length * DataKeyBytes));
        Span<byte> bytes = export.Span;
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], ring.NextDataKey.Value);
        ring.Cluster.Write(bytes[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], ring.Domains.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[36..], ring.DataKeys.Length);
        int at = HeaderBytes;
        foreach (WrappedDomainKey domain in ring.Domains)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], domain.Domain.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(at + 4)..], domain.Version);
            at += DomainBytes;
        }

        keyAt = new int[ring.DataKeys.Length];
        for (int i = 0; i < keyAt.Length; i++, at += DataKeyBytes)
        {
            WrappedDataKey key = ring.DataKeys[i];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], key.Id.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(at + 4)..], key.Domain.Value);
            bytes[at + 8] = (byte)key.State;
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(at + 12)..], key.CreatedMs);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(at + 20)..], key.StateSinceMs);
            keyAt[i] = at + 28;
        }

        return export;
    }

    /// <summary>Reads an export.</summary>
    /// <param name="bytes">Any bytes; borrowed.</param>
    /// <param name="export">What they say.</param>
    /// <returns>Null; or Unsupported for another format version, Corrupt.</returns>
    public static NacreError? TryRead(ReadOnlySpan<byte> bytes, out KeyRingExport export)
    {
        export = default;
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic))
        {
            return Corrupt("it does not begin as such");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"The other node sends keys in format version {version}; this program reads version {FormatVersion}. Bring all nodes to one release.");
        }

        uint domainCount = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        uint keyCount = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
        if (HeaderBytes + ((long)domainCount * DomainBytes) + ((long)keyCount * DataKeyBytes) != bytes.Length)
        {
            return Corrupt("its counts disagree with its length");
        }

        var domains = new Dictionary<KeyDomainId, uint>();
        for (int i = 0; i < domainCount; i++)
        {
            ReadOnlySpan<byte> domain = bytes.Slice(HeaderBytes + (i * DomainBytes), DomainBytes);
            if (!domains.TryAdd(
                    new KeyDomainId(BinaryPrimitives.ReadUInt32LittleEndian(domain)), BinaryPrimitives.ReadUInt32LittleEndian(domain[4..])))
            {
                return Corrupt("a domain is named twice");
            }
        }

        var read = new KeyRingExport(bytes, domains, HeaderBytes + ((int)domainCount * DomainBytes));
        if (FindDisorder(read) is { } finding)
        {
            return Corrupt(finding);
        }

        export = read;
        return null;
    }

    private static string? FindDisorder(in KeyRingExport export)
    {
        var current = new HashSet<KeyDomainId>();
        DataKeyId last = default;
        foreach (WrappedDataKey key in export.Keys)
        {
            if (key.Id <= last || key.Id >= export.NextDataKey || !export.Domains.ContainsKey(key.Domain) ||
                key.State is < DataKeyState.Current or > DataKeyState.Destroyed ||
                (key.State == DataKeyState.Current && !current.Add(key.Domain)))
            {
                return $"data key {key.Id} is out of order";
            }

            last = key.Id;
        }

        return current.Count == export.Domains.Count ? null : "a domain has no current data key";
    }

    private static NacreError Corrupt(string finding) =>
        new(ErrorCode.Corrupt, $"The keys that another node sent cannot be read: {finding}. Bring all nodes to one release.");
}
