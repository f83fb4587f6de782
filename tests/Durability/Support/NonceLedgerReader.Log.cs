using System.Buffers.Binary;
using System.Globalization;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Durability.Tests.Support;

/// <content>docs/formats/log.md.</content>
internal sealed partial class NonceLedgerReader
{
    private const int LogBlockBytes = 4096;

    private readonly Dictionary<string, LogUse> _logUses = [];

    private void ReadLog(string path, long position, ReadOnlyMemory<byte> memory)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            _ledger.NoteClear(NonceLedgerKind.LogPadding);
        }
        else if (position == 0 && bytes.Length == LogBlockBytes && bytes.StartsWith("NACRELOG"u8))
        {
            ReadSegmentHeader(path, bytes);
        }
        else if (position > 0 && bytes.StartsWith("NFRM"u8) && _logUses.TryGetValue(path, out LogUse? use))
        {
            ReadFrame(use, position, bytes);
        }
        else
        {
            Fault("neither padding, nor a segment's header, nor a frame of a use that began in this life");
        }
    }

    private void ReadSegmentHeader(string path, ReadOnlySpan<byte> block)
    {
        uint dataKey = BinaryPrimitives.ReadUInt32LittleEndian(block[12..]);
        ulong file = BinaryPrimitives.ReadUInt64LittleEndian(block[32..]);
        if (Path.GetFileNameWithoutExtension(path) != file.ToString("x16", CultureInfo.InvariantCulture) || block[120..^16].ContainsAnyExcept((byte)0))
        {
            Fault("the segment's header is of another file, or its padding is not zero");
        }

        // File id, use id and salt stand side by side in the header as in the key's info.
        var use = new LogUse(dataKey, BinaryPrimitives.ReadUInt64LittleEndian(block[40..]), block[32..64].ToArray());
        _logUses[path] = use;
        Open(NonceLedgerKind.LogSegment, HeaderKey(use), new byte[12], [], block[^16..], block[..^16]);
    }

    private void ReadFrame(LogUse use, long position, ReadOnlySpan<byte> frame)
    {
        int sections = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]);
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(frame[16..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(frame[8..]) != use.Id
            || BinaryPrimitives.ReadUInt32LittleEndian(frame[24..]) * (long)LogBlockBytes != frame.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(frame[28..]) * (long)LogBlockBytes != position)
        {
            Fault("the frame is of another use, length or place");
        }

        int tagAt = 64 + (sections * 32);
        Span<byte> nonce = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], number);
        nonce[0] = 1;
        Open(NonceLedgerKind.LogFrame, HeaderKey(use), nonce, [], frame.Slice(tagAt, 16), frame[..tagAt]);
        nonce[0] = 0;
        ReadOnlySpan<byte> body = frame[(tagAt + 16)..];
        for (int i = 0; i < sections; i++)
        {
            ReadOnlySpan<byte> section = frame.Slice(64 + (i * 32), 32);
            int length = BinaryPrimitives.ReadInt32LittleEndian(section[8..]);
            byte[]? key = _keys.Derive(BinaryPrimitives.ReadUInt32LittleEndian(section[4..]), [.. "nacre.log.record"u8, .. use.Binding, .. section[..4]]);
            if (Open(NonceLedgerKind.LogSection, key, nonce, body[..length], section[16..], [.. frame[..64], .. section[..16]]) is { } records)
            {
                ReadRecords(records);
            }

            body = body[length..];
        }

        if (body.ContainsAnyExcept((byte)0))
        {
            Fault("the frame's padding is not zero");
        }
    }

    private byte[]? HeaderKey(LogUse use) => _keys.Derive(use.DataKey, [.. "nacre.log.header"u8, .. use.Binding, 0, 0, 0, 0]);

    private void ReadRecords(ReadOnlyMemory<byte> records)
    {
        while (!records.IsEmpty)
        {
            ReadOnlySpan<byte> span = records.Span;
            int bytes = span[0] switch
            {
                1 => ReadEntries(records),
                2 or 3 => 1 + 4 + 8 + 8,
                4 => 1 + 8,
                5 => 1 + 4 + BinaryPrimitives.ReadInt32LittleEndian(span[1..]),
                _ => throw new InvalidDataException($"record of kind {span[0]}"),
            };
            records = records[bytes..];
        }
    }

    private int ReadEntries(ReadOnlyMemory<byte> record)
    {
        bool isControl = BinaryPrimitives.ReadUInt32LittleEndian(record.Span[1..]) == 0;
        int count = BinaryPrimitives.ReadInt32LittleEndian(record.Span[13..]);
        int at = 17;
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(record.Span[(at + 8)..]);
            if (isControl)
            {
                ReadControlEntry(record.Slice(at + 12, length));
            }

            at += 12 + length;
        }

        return at;
    }

    /// <summary>A command to the catalogue may carry a sealed secret.</summary>
    private void ReadControlEntry(ReadOnlyMemory<byte> entry)
    {
        if (EntryCodec.Decode(entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is { } damage)
        {
            Fault(damage.Message);
            return;
        }

        if (header.Kind != EntryKind.Control)
        {
            return;
        }

        Result<ControlCommand> decoded = ControlCommandCodec.Decode(command.Span);
        switch (decoded.IsOk ? decoded.Value : null)
        {
            case null:
                Fault(decoded.Error!.Message);
                break;
            case SetAccountKey set:
                ReadSecret(NonceLedgerKind.AccountKey, "account key"u8, set.Sealed.Span);
                break;
            case SetTokenKey set:
                ReadSecret(NonceLedgerKind.TokenKey, "token key"u8, set.Sealed.Span);
                break;
        }
    }

    /// <param name="DataKey">The shared domain's data key.</param>
    /// <param name="Id">The use.</param>
    /// <param name="Binding">File id, use id and salt.</param>
    private sealed record LogUse(uint DataKey, ulong Id, byte[] Binding);
}
