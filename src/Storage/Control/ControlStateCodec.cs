using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <summary>
/// The state as a row of records, each with its kind, version and length, so that later versions add kinds. Layout in
/// <c>docs/formats/control.md</c>.
/// </summary>
internal static partial class ControlStateCodec
{
    /// <summary>Version of all records written here.</summary>
    public const ushort RecordVersion = 1;

    private const int PrefixBytes = 8;

    /// <summary>Encodes a state.</summary>
    public static byte[] Encode(ControlState state)
    {
        Catalog catalog = state.Catalog;
        var payload = new CommandWriter();
        Add(payload, ControlRecordKind.Head, Head(state));
        foreach (KeyDomainRecord domain in catalog.KeyDomains)
        {
            Add(payload, ControlRecordKind.KeyDomain, new CommandWriter().WriteUInt32(domain.Id.Value).WriteUInt64(domain.Version.Value));
        }

        foreach (DatabaseRecord database in catalog.Databases.Concat(catalog.DeletingDatabases))
        {
            Add(payload, ControlRecordKind.Database, Database(database));
        }

        foreach (ContainerRecord container in catalog.Databases.SelectMany(database => database.Containers).Concat(catalog.DeletingContainers))
        {
            Add(payload, ControlRecordKind.Container, Container(container));
            if (container.Indexing is { } indexing)
            {
                Add(payload, ControlRecordKind.ContainerIndexing, new CommandWriter()
                    .WriteUInt64(container.Id.Value).WriteByte(container.IndexingPending ? (byte)1 : (byte)0).WriteText(indexing.ToJson()));
            }
        }

        foreach (AccountKeyRecord key in catalog.AccountKeys)
        {
            Add(payload, ControlRecordKind.AccountKey, new CommandWriter()
                .WriteByte((byte)key.Kind).WriteText(key.KeyId).WriteBytes(key.Sealed.Span)
                .WriteUInt64((ulong)key.Created.UtcTicks).WriteUInt64(key.Version.Value));
        }

        foreach (SettingRecord setting in catalog.Settings)
        {
            Add(payload, ControlRecordKind.Setting, new CommandWriter()
                .WriteText(setting.Name).WriteText(setting.Value).WriteUInt64(setting.Version.Value));
        }

        foreach ((UInt128 id, ClientOutcomes client) in state.Outcomes.Clients)
        {
            Add(payload, ControlRecordKind.Client, Client(id, client));
        }

        AddAccess(payload, catalog);
        AddReplicaSet(payload, state.ReplicaSet);
        AddNodes(payload, catalog);
        return payload.ToArray();
    }

    /// <summary>Reads a state.</summary>
    /// <returns>Unsupported for a record kind or version not known here; Corrupt for anything else that <see cref="Encode"/> does not give.</returns>
    public static Result<ControlState> Decode(ReadOnlySpan<byte> payload)
    {
        var builder = new ControlStateBuilder();
        try
        {
            while (!payload.IsEmpty)
            {
                if (payload.Length < PrefixBytes)
                {
                    return Corrupt();
                }

                var kind = (ControlRecordKind)BinaryPrimitives.ReadUInt16LittleEndian(payload);
                ushort version = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]);
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
                if (version != RecordVersion || !Enum.IsDefined(kind))
                {
                    return new NacreError(ErrorCode.Unsupported,
                        $"The catalogue holds a record of kind {(ushort)kind} and version {version}, which this program does not know. Run the later version that wrote it.");
                }

                if (length > payload.Length - PrefixBytes)
                {
                    return Corrupt();
                }

                var reader = new CommandReader(payload.Slice(PrefixBytes, (int)length));
                if (!TryRead(kind, ref reader, builder) || !reader.IsAtEnd)
                {
                    return Corrupt();
                }

                payload = payload[(PrefixBytes + (int)length)..];
            }
        }
        catch (DecoderFallbackException)
        {
            return Corrupt();
        }

        return builder.TryBuild(out ControlState? state) ? state : Corrupt();
    }

    private static bool TryRead(ControlRecordKind kind, ref CommandReader reader, ControlStateBuilder builder) => kind switch
    {
        ControlRecordKind.Head => TryReadHead(ref reader, builder),
        ControlRecordKind.KeyDomain => builder.TryAdd(
            new KeyDomainRecord(new KeyDomainId(reader.ReadUInt32()), new Sequence(reader.ReadUInt64()))),
        ControlRecordKind.Database => TryReadDatabase(ref reader, builder),
        ControlRecordKind.Container => TryReadContainer(ref reader, builder),
        ControlRecordKind.ContainerIndexing => TryReadIndexing(ref reader, builder),
        ControlRecordKind.AccountKey => TryReadAccountKey(ref reader, builder),
        ControlRecordKind.Setting => builder.TryAdd(new SettingRecord(
            ControlCommandCodec.ReadText(ref reader), ControlCommandCodec.ReadText(ref reader), new Sequence(reader.ReadUInt64()))),
        ControlRecordKind.Client => TryReadClient(ref reader, builder),
        ControlRecordKind.ReplicaSet => TryReadReplicaSet(ref reader, builder),
        ControlRecordKind.ClusterNode => TryReadNode(ref reader, builder),
        ControlRecordKind.JoinToken => TryReadJoinToken(ref reader, builder),
        _ => TryReadAccess(kind, ref reader, builder),
    };

    private static CommandWriter Head(ControlState state) => new CommandWriter()
        .WriteUInt128(state.Catalog.Cluster.Value)
        .WriteUInt32(state.Catalog.DataShards)
        .WriteUInt64(state.Catalog.KeyRingGeneration)
        .WriteUInt64(state.Catalog.Applied.Value)
        .WriteUInt64(state.Sequence.Value)
        .WriteUInt64((ulong)state.Time.UtcTicks)
        .WriteUInt64(state.Hash)
        .WriteUInt64(state.NextDatabase)
        .WriteUInt64(state.NextContainer)
        .WriteUInt64(state.NextRange)
        .WriteUInt64((ulong)state.Outcomes.PrunedAt.UtcTicks);

    private static bool TryReadHead(ref CommandReader reader, ControlStateBuilder builder)
    {
        var catalog = Catalog.Empty with
        {
            Cluster = new ClusterId(reader.ReadUInt128()),
            DataShards = reader.ReadUInt32(),
            KeyRingGeneration = reader.ReadUInt64(),
            Applied = new LogIndex(reader.ReadUInt64()),
        };
        var sequence = new Sequence(reader.ReadUInt64());
        bool isTime = TryReadTime(ref reader, out DateTimeOffset time);
        var head = new ControlState
        {
            Catalog = catalog,
            Sequence = sequence,
            Time = time,
            Hash = reader.ReadUInt64(),
            NextDatabase = reader.ReadUInt64(),
            NextContainer = reader.ReadUInt64(),
            NextRange = reader.ReadUInt64(),
        };
        isTime &= TryReadTime(ref reader, out DateTimeOffset prunedAt);
        return isTime && builder.TryBegin(head with { Outcomes = OutcomeTable.Empty with { PrunedAt = prunedAt } });
    }

    private static CommandWriter Database(DatabaseRecord database) => new CommandWriter()
        .WriteUInt64(database.Id.Value)
        .WriteText(database.Name)
        .WriteUInt32(database.Domain.Value)
        .WriteByte((byte)database.State)
        .WriteUInt64((ulong)database.Created.UtcTicks)
        .WriteUInt64(database.Version.Value);

    private static bool TryReadDatabase(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new DatabaseId(reader.ReadUInt64());
        string name = ControlCommandCodec.ReadText(ref reader);
        var domain = new KeyDomainId(reader.ReadUInt32());
        var state = (ResourceState)reader.ReadByte();
        return TryReadTime(ref reader, out DateTimeOffset created) &&
            builder.TryAdd(new DatabaseRecord(id, name, domain, state, created, new Sequence(reader.ReadUInt64()), []));
    }

    private static CommandWriter Container(ContainerRecord container)
    {
        CommandWriter writer = new CommandWriter()
            .WriteUInt64(container.Id.Value)
            .WriteUInt64(container.Database.Value)
            .WriteText(container.Name)
            .WriteByte((byte)container.State)
            .WriteUInt64((ulong)container.Created.UtcTicks)
            .WriteUInt64(container.Version.Value);
        ControlCommandCodec.WritePartitionKey(writer, container.PartitionKey);
        writer.WriteUInt16((ushort)container.Ranges.Length);
        foreach (RangeRecord range in container.Ranges)
        {
            writer.WriteUInt64(range.Id.Value).WriteUInt32(range.Generation.Value).WriteUInt32(range.Shard.Value)
                .WriteBytes(range.Interval.Min.Bytes).WriteBytes(range.Interval.Max.Bytes);
        }

        return writer;
    }

    private static bool TryReadContainer(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new ContainerId(reader.ReadUInt64());
        var database = new DatabaseId(reader.ReadUInt64());
        string name = ControlCommandCodec.ReadText(ref reader);
        var state = (ResourceState)reader.ReadByte();
        if (!TryReadTime(ref reader, out DateTimeOffset created))
        {
            return false;
        }

        var version = new Sequence(reader.ReadUInt64());
        if (ControlCommandCodec.ReadPartitionKey(ref reader) is not { } partitionKey)
        {
            return false;
        }

        int count = reader.ReadUInt16();
        if (count is 0 or > Catalog.MaxRanges)
        {
            return false;
        }

        var ranges = ImmutableArray.CreateBuilder<RangeRecord>(count);
        for (int part = 0; part < count; part++)
        {
            var range = new RangeId(reader.ReadUInt64());
            var generation = new RangeGeneration(reader.ReadUInt32());
            var shard = new ShardId(reader.ReadUInt32());
            ReadOnlySpan<byte> min = reader.ReadBytes();
            ReadOnlySpan<byte> max = reader.ReadBytes();
            if (min.Length > PartitionKeyHash.MaxBytes || max.Length > PartitionKeyHash.MaxBytes + 1 || min.SequenceCompareTo(max) >= 0)
            {
                return false;
            }

            ranges.Add(new RangeRecord(range, generation, new HashInterval(HashBound.FromBytes(min), HashBound.FromBytes(max)), shard));
        }

        return builder.TryAdd(new ContainerRecord(id, database, name, partitionKey, state, ranges.MoveToImmutable(), created, version));
    }

    private static bool TryReadIndexing(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new ContainerId(reader.ReadUInt64());
        byte pending = reader.ReadByte();
        return pending <= 1 && ControlCommandCodec.ReadIndexing(ref reader) is { } policy &&
            builder.TryAddIndexing(id, policy, pending == 1);
    }

    private static bool TryReadAccountKey(ref CommandReader reader, ControlStateBuilder builder)
    {
        var kind = (AccountKeyKind)reader.ReadByte();
        string keyId = ControlCommandCodec.ReadText(ref reader);
        byte[] sealedKey = reader.ReadBytes().ToArray();
        return TryReadTime(ref reader, out DateTimeOffset created) &&
            builder.TryAdd(new AccountKeyRecord(kind, keyId, sealedKey, created, new Sequence(reader.ReadUInt64())));
    }

    private static CommandWriter Client(UInt128 id, ClientOutcomes client)
    {
        CommandWriter writer = new CommandWriter()
            .WriteUInt128(id)
            .WriteUInt64(client.Forgotten)
            .WriteUInt64((ulong)client.LastSeen.UtcTicks)
            .WriteUInt32((uint)client.Outcomes.Count);
        foreach ((ulong sequence, RememberedOutcome remembered) in client.Outcomes)
        {
            writer.WriteUInt64(sequence)
                .WriteUInt128(remembered.Hash.Value)
                .WriteUInt64((ulong)remembered.Time.UtcTicks)
                .WriteUInt16((ushort)remembered.Outcome.Code)
                .WriteByte((byte)remembered.Outcome.Flags)
                .WriteUInt64((ulong)remembered.Outcome.Time.UtcTicks)
                .WriteBytes(remembered.Outcome.Detail.Span);
        }

        return writer;
    }

    private static bool TryReadClient(ref CommandReader reader, ControlStateBuilder builder)
    {
        UInt128 id = reader.ReadUInt128();
        ulong forgotten = reader.ReadUInt64();
        bool isTime = TryReadTime(ref reader, out DateTimeOffset lastSeen);
        uint count = reader.ReadUInt32();
        var outcomes = ImmutableSortedDictionary.CreateBuilder<ulong, RememberedOutcome>();
        for (uint at = 0; at < count && isTime && !reader.Failed; at++)
        {
            ulong sequence = reader.ReadUInt64();
            var hash = new RequestHash(reader.ReadUInt128());
            isTime = TryReadTime(ref reader, out DateTimeOffset time);
            var code = (ErrorCode)reader.ReadUInt16();
            var flags = (CommandEffect)reader.ReadByte();
            isTime &= TryReadTime(ref reader, out DateTimeOffset took);
            byte[] detail = reader.ReadBytes().ToArray();
            if (sequence <= forgotten || !outcomes.TryAdd(
                    sequence, new RememberedOutcome(hash, time, new CommandOutcome(code, default, flags, detail) { Time = took })))
            {
                return false;
            }
        }

        return isTime && !reader.Failed && builder.TryAdd(id, new ClientOutcomes(forgotten, lastSeen, outcomes.ToImmutable()));
    }

    private static bool TryReadTime(ref CommandReader reader, out DateTimeOffset time) => ControlCommandCodec.TryReadTime(ref reader, out time);

    private static void Add(CommandWriter payload, ControlRecordKind kind, CommandWriter record) =>
        payload.WriteUInt16((ushort)kind).WriteUInt16(RecordVersion).WriteUInt32((uint)record.Length).WriteRaw(record.Written);

    private static NacreError Corrupt() => new(ErrorCode.Corrupt, "The catalogue's records cannot be read.");
}
