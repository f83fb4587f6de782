using System.Security.Cryptography;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// Reads every write of one life of a node by docs/formats, derives the key itself from the root key, opens what is
/// sealed, and notes key and nonce in the ledger. A write that is not understood to its last byte is a fault.
/// </summary>
/// <remarks>
/// Called under the disk's lock. Opening proves that key and nonce are those that were used, and not only those that the
/// documents name.
/// </remarks>
// Invariants:
// - what is appended to (a log segment, a store's epoch) was begun in this life: nothing of an earlier one is carried
//   over but the ring and, in the ledger, the blocks.
internal sealed partial class NonceLedgerReader
{
    private readonly NonceLedger _ledger;
    private readonly SimulatedFileSystem _disk;
    private readonly NonceLedgerRandom _random;
    private readonly NonceLedgerKeys _keys;
    private string _where = "";

    private NonceLedgerReader(NonceLedger ledger, SimulatedFileSystem disk, NonceLedgerRandom random, byte[] root)
    {
        _ledger = ledger;
        _disk = disk;
        _random = random;
        _keys = new NonceLedgerKeys(root);
    }

    /// <summary>Hears a disk from now on, in place of the reader of the life before.</summary>
    /// <param name="ledger">Where it is noted.</param>
    /// <param name="disk">The disk, before the node starts.</param>
    /// <param name="random">The chance that the node is given.</param>
    public static void Watch(NonceLedger ledger, SimulatedFileSystem disk, NonceLedgerRandom random)
    {
        var reader = new NonceLedgerReader(ledger, disk, random, SimulatedNode.RootKeyBytes);
        string ring = Path.Combine(SimulatedNode.Folder, "keys", "keyring");
        if (disk.AllFiles.Contains(ring))
        {
            reader._where = "keys/keyring at the start";
            reader._keys.Read(disk.Get(ring), reader);
        }

        disk.OnWrite = reader.Hear;
    }

    /// <summary>Notes a fault in what is being read.</summary>
    public void Fault(string what) => _ledger.Fault($"{_where}: {what}");

    /// <summary>Opens something sealed and notes it; null when key, nonce and bytes do not belong together.</summary>
    public byte[]? Open(
        NonceLedgerKind kind, byte[]? key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> associated)
    {
        if (key is not { Length: 32 })
        {
            Fault($"{kind} names a data key that the ring does not have");
            return null;
        }

        byte[] clear = new byte[sealedBytes.Length];
        try
        {
            using var cipher = new AesGcm(key, 16);
            cipher.Decrypt(nonce, sealedBytes, tag, clear, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            Fault($"{kind} does not open under the key and nonce that the documents give it");
            return null;
        }

        _ledger.Note(kind, key, nonce, [.. sealedBytes, .. tag], _where);
        return clear;
    }

    private void Hear(string path, long position, ReadOnlyMemory<byte> memory)
    {
        _where = $"{path[(SimulatedNode.Folder.Length + 1)..]} at {position}";
        try
        {
            Read(path, position, memory);
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or InvalidDataException or KeyNotFoundException)
        {
            // Told here: the node would take it for a fault of its disk.
            Fault($"not laid out as documented: {exception.Message}");
        }
    }

    private void Read(string path, long position, ReadOnlyMemory<byte> memory)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        string folder = Path.GetFileName(Path.GetDirectoryName(path)!);
        switch (Path.GetFileName(path))
        {
            case var name when folder == "log" && name.EndsWith(".segment", StringComparison.Ordinal):
                ReadLog(path, position, memory);
                break;
            case var name when name.EndsWith(".seg", StringComparison.Ordinal):
                ReadBlocks(path, position, bytes);
                break;
            case "manifest.new" when position == 0:
                ReadManifest(Path.GetDirectoryName(path)!, bytes);
                break;
            case "control.tmp" when position == 0 && folder == "0":
                ReadCatalogue(bytes);
                break;
            case "keyring.new" when position == 0 && folder == "keys":
                _keys.Read(bytes, this);
                break;
            case "authority.new" when position == 0 && folder == "tls":
                ReadSecret(NonceLedgerKind.CertificateAuthority, "certificate authority"u8, bytes);
                break;
            case "ca.pem.new" when position == 0 && bytes.StartsWith("-----BEGIN CERTIFICATE-----"u8) && bytes.EndsWith("-----END CERTIFICATE-----\n"u8):
                _ledger.NoteClear(NonceLedgerKind.Certificate);
                break;
            case "node.new" when position == 0 && bytes.StartsWith("NACRNODE"u8) && SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..]):
                _ledger.NoteClear(NonceLedgerKind.NodeFile);
                break;
            default:
                Fault("a write that no document describes");
                break;
        }
    }
}
