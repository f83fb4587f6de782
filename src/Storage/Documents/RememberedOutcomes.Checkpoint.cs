using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Documents;

/// <content>How a checkpoint holds it: the clients with outcomes, then those without, each list in order.</content>
internal sealed partial class RememberedOutcomes
{
    /// <summary>Writes everything.</summary>
    public void Write(CommandWriter writer)
    {
        writer.WriteUInt32((uint)_active.Count);
        writer.WriteUInt32((uint)_idle.Count);
        foreach (Client client in _active)
        {
            WriteClient(client, writer);
        }

        foreach (Client client in _idle)
        {
            WriteClient(client, writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null for anything else.</summary>
    public static RememberedOutcomes? Read(ref CommandReader reader)
    {
        var remembered = new RememberedOutcomes();
        uint active = reader.ReadUInt32();
        uint idle = reader.ReadUInt32();
        for (ulong at = 0; at < (ulong)active + idle; at++)
        {
            LinkedList<Client> list = at < active ? remembered._active : remembered._idle;
            if (ReadClient(ref reader) is not { } client ||
                (client.Order.Count > 0) != (list == remembered._active) ||
                !remembered._clients.TryAdd(client.Id, client))
            {
                return null;
            }

            list.AddLast(client.Place);
            remembered._count += client.Order.Count;
        }

        return reader.Failed ? null : remembered;
    }

    private static void WriteClient(Client client, CommandWriter writer)
    {
        writer.WriteUInt128(client.Id.Value);
        writer.WriteUInt64(client.ForgottenThrough);
        writer.WriteUInt64((ulong)client.LastTime.UtcTicks);
        writer.WriteUInt32((uint)client.Order.Count);
        foreach (ulong sequence in client.Order)
        {
            Outcome outcome = client.Outcomes[sequence];
            writer.WriteUInt64(sequence);
            writer.WriteUInt128(outcome.Hash.Value);
            writer.WriteUInt64((ulong)outcome.Time.UtcTicks);
            writer.WriteUInt16((ushort)outcome.Came.Code);
            writer.WriteByte((byte)outcome.Came.Flags);
            writer.WriteUInt64(outcome.Came.Lsn.Value);
            writer.WriteUInt64((ulong)outcome.Came.Time.UtcTicks);
            writer.WriteBytes(outcome.Came.Detail.Span);
        }
    }

    private static Client? ReadClient(ref CommandReader reader)
    {
        var client = new Client(new ClientId(reader.ReadUInt128()))
        {
            ForgottenThrough = reader.ReadUInt64(),
        };
        bool good = TryReadTime(ref reader, out DateTimeOffset lastTime);
        client.LastTime = lastTime;
        uint count = reader.ReadUInt32();
        for (uint at = 0; at < count && good; at++)
        {
            ulong sequence = reader.ReadUInt64();
            var hash = new RequestHash(reader.ReadUInt128());
            good &= TryReadTime(ref reader, out DateTimeOffset time);
            var code = (ErrorCode)reader.ReadUInt16();
            var flags = (CommandEffect)reader.ReadByte();
            var lsn = new Lsn(reader.ReadUInt64());
            good &= TryReadTime(ref reader, out DateTimeOffset written);
            ReadOnlySpan<byte> bytes = reader.ReadBytes();
            ReadOnlyMemory<byte> detail = bytes.IsEmpty ? default : bytes.ToArray();
            good &= !reader.Failed && client.Outcomes.TryAdd(
                sequence, new Outcome(hash, time, new CommandOutcome(code, lsn, flags, detail) { Time = written }));
            client.Order.Enqueue(sequence);
        }

        return good && !reader.Failed ? client : null;
    }

    private static bool TryReadTime(ref CommandReader reader, out DateTimeOffset time)
    {
        ulong ticks = reader.ReadUInt64();
        bool good = ticks <= (ulong)DateTimeOffset.MaxValue.Ticks;
        time = good ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : default;
        return good;
    }
}
