using System.Buffers.Binary;

namespace Nacre.Durability.Tests.Support;

/// <content>docs/formats/control.md and sealed-secret.md.</content>
internal sealed partial class NonceLedgerReader
{
    private const ushort AccountKeyRecord = 5;
    private const ushort TokenKeyRecord = 10;

    private void ReadCatalogue(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith("NACRECTL"u8) || BinaryPrimitives.ReadUInt64LittleEndian(file[32..]) != (ulong)file.Length - 72)
        {
            Fault("not the control checkpoint that it should be");
            return;
        }

        byte[]? key = _keys.Derive(
            BinaryPrimitives.ReadUInt32LittleEndian(file[12..]), [.. "nacre control checkpoint"u8, .. file[16..24], .. file[40..56]]);
        if (Open(NonceLedgerKind.ControlCheckpoint, key, new byte[12], file[72..], file[56..72], file[..56]) is not { } payload)
        {
            return;
        }

        for (ReadOnlySpan<byte> rest = payload; !rest.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            ReadOnlySpan<byte> fields = rest.Slice(8, length);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest))
            {
                case AccountKeyRecord:
                    ReadSecret(NonceLedgerKind.AccountKey, "account key"u8, Counted(fields[(1 + 2 + Counted(fields[1..]).Length)..]));
                    break;
                case TokenKeyRecord:
                    ReadSecret(NonceLedgerKind.TokenKey, "token key"u8, Counted(fields[4..]));
                    break;
            }

            rest = rest[(8 + length)..];
        }
    }

    private void ReadSecret(NonceLedgerKind kind, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> secret)
    {
        byte[]? key = _keys.Derive(
            BinaryPrimitives.ReadUInt32LittleEndian(secret[4..]), [.. "nacre secret v1:"u8, .. secret[8..40], .. purpose]);
        Open(kind, key, new byte[12], secret[40..^16], secret[^16..], secret[..40]);
    }

    /// <summary>Bytes behind their length of 16 bits.</summary>
    private static ReadOnlySpan<byte> Counted(ReadOnlySpan<byte> field) => field.Slice(2, BinaryPrimitives.ReadUInt16LittleEndian(field));
}
