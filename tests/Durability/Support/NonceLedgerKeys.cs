using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nacre.Durability.Tests.Support;

/// <summary>The data keys of a ring, taken out of its bytes by docs/formats/keyring.md alone.</summary>
/// <param name="root">The root key.</param>
/// <remarks>Not thread-safe: used under the disk's lock.</remarks>
internal sealed class NonceLedgerKeys(byte[] root)
{
    private const int HeaderBytes = 96;
    private const int WrappedBytes = 60;
    private const byte Destroyed = 3;

    private readonly SortedDictionary<uint, byte[]> _dataKeys = [];

    /// <summary>All data keys that were ever in the ring, the newest first.</summary>
    public IEnumerable<byte[]> NewestFirst => _dataKeys.Values.Reverse();

    /// <summary>Derives a key; null when the data key is not known.</summary>
    public byte[]? Derive(uint dataKey, params ReadOnlySpan<byte> context) =>
        _dataKeys.TryGetValue(dataKey, out byte[]? key) ? Derive(key, [], context) : null;

    /// <summary>HKDF-SHA256.</summary>
    public static byte[] Derive(byte[] key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        byte[] derived = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, info);
        return derived;
    }

    /// <summary>Reads a ring's file: notes its seal and every wrapped key.</summary>
    public void Read(ReadOnlySpan<byte> file, NonceLedgerReader reader)
    {
        ReadOnlySpan<byte> header = file[..HeaderBytes];
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (!header.StartsWith("NACREKEY"u8) || file.Length != HeaderBytes + length + 16)
        {
            reader.Fault("not the key ring that it should be");
            return;
        }

        byte[] sealing = Derive(root, header[64..96], "nacre keyring seal v1"u8);
        byte[]? body = reader.Open(NonceLedgerKind.KeyRing, sealing, new byte[12], file[HeaderBytes..^16], file[^16..], header);
        if (body is null)
        {
            return;
        }

        ReadOnlySpan<byte> cluster = header[16..32];
        byte[] wrapping = Derive(root, cluster, "nacre keyring wrap v1"u8);
        int domains = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(4));
        int dataKeys = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(8));
        var domainKeys = new Dictionary<uint, (byte[] Key, byte[] Version)>();
        ReadOnlySpan<byte> rest = body.AsSpan(12);
        for (int i = 0; i < domains; i++, rest = rest[76..])
        {
            byte[]? key = Unwrap(NonceLedgerKind.DomainKey, wrapping, rest[16..], [.. "nacre domain key"u8, .. cluster, .. rest[..16]], reader);
            domainKeys[BinaryPrimitives.ReadUInt32LittleEndian(rest)] = (key ?? [], rest[4..8].ToArray());
        }

        for (int i = 0; i < dataKeys; i++, rest = rest[88..])
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            (byte[] domainKey, byte[] version) = domainKeys[BinaryPrimitives.ReadUInt32LittleEndian(rest[4..])];
            if (rest[8] == Destroyed)
            {
                continue;
            }

            byte[] associated = [.. "nacre data key"u8, .. cluster, .. rest[4..8], .. version, .. rest[..4], rest[8], .. rest[12..28]];
            byte[]? key = Unwrap(NonceLedgerKind.DataKey, domainKey, rest[28..], associated, reader);
            if (key is not null && _dataKeys.TryGetValue(id, out byte[]? known) && !known.AsSpan().SequenceEqual(key))
            {
                reader.Fault($"data key {id} is another than it was");
            }

            _dataKeys[id] = key ?? [];
        }

        if (!rest.IsEmpty)
        {
            reader.Fault("bytes are left over in the key ring");
        }
    }

    private static byte[]? Unwrap(
        NonceLedgerKind kind, byte[] key, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> associated, NonceLedgerReader reader) =>
        reader.Open(kind, key, wrapped[..12], wrapped[12..44], wrapped[44..WrappedBytes], associated);
}
