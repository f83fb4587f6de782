using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>The snapshots of a <see cref="CountingMachine"/>: its checkpoints as two files.</summary>
internal sealed class MachineSnapshots(ShardId shard, MachineDisk disk) : IShardSnapshots
{
    /// <summary>Sources that are held.</summary>
    public int Held { get; private set; }

    public SnapshotPoint? PendingReset => disk.PendingReset;

    public void ResetDone() => disk.PendingReset = null;

    public Result<ISnapshotSource> Hold()
    {
        if (disk.Newest is not { } checkpoint)
        {
            return new NacreError(ErrorCode.Unavailable, "There is no checkpoint yet.");
        }

        Held++;
        return new Source(this, shard, checkpoint);
    }

    public Result<ISnapshotTarget> Receive(SnapshotManifest manifest)
    {
        if (disk.Staged is not { } staged || staged.Manifest.Id != manifest.Id)
        {
            disk.Staged = new StagedSnapshot(manifest);
        }

        return new Target(disk);
    }

    /// <summary>A start: what was not made durable is gone.</summary>
    public void Clear()
    {
        for (int at = 0; at < disk.Staged?.Files.Length; at++)
        {
            disk.Staged.Files[at].RemoveRange(disk.Staged.Durable[at], disk.Staged.Files[at].Count - disk.Staged.Durable[at]);
        }
    }

    private static byte[][] Encode(MachineCheckpoint checkpoint)
    {
        byte[] head = new CommandWriter()
            .WriteUInt64(checkpoint.Applied.Value).WriteUInt64(checkpoint.Sequence.Value).WriteUInt64((ulong)checkpoint.Time.UtcTicks)
            .WriteUInt64(checkpoint.Hash).WriteUInt64(checkpoint.Set?.Index.Value ?? ulong.MaxValue)
            .ToArray();
        using var commands = new MemoryStream();
        using var writer = new BinaryWriter(commands);
        foreach (byte[] command in checkpoint.Commands)
        {
            writer.Write(command.Length);
            writer.Write(command);
        }

        return [[.. head, .. checkpoint.Set is { } set ? ReplicaSetCodec.Encode(set.Set) : []], commands.ToArray()];
    }

    private static MachineCheckpoint Decode(byte[] head, byte[] all)
    {
        var reader = new CommandReader(head);
        var applied = new LogIndex(reader.ReadUInt64());
        var sequence = new Sequence(reader.ReadUInt64());
        var time = new DateTimeOffset((long)reader.ReadUInt64(), TimeSpan.Zero);
        ulong hash = reader.ReadUInt64();
        ulong setIndex = reader.ReadUInt64();
        LoggedReplicaSet? set = setIndex == ulong.MaxValue
            ? null
            : new LoggedReplicaSet(new LogIndex(setIndex), ReplicaSetCodec.Decode(head.AsSpan(40)).Value);
        var commands = new List<byte[]>();
        using var content = new BinaryReader(new MemoryStream(all));
        while (content.BaseStream.Position < all.Length)
        {
            commands.Add(content.ReadBytes(content.ReadInt32()));
        }

        return new MachineCheckpoint(applied, sequence, time, hash, commands, set);
    }

    private static UInt128 IdOf(byte[][] files)
    {
        (ulong first, ulong second) = Murmur3.Hash128((byte[])[.. files[0], .. files[1]], 0);
        return new UInt128(first, second);
    }

    private sealed class Source : ISnapshotSource
    {
        private readonly MachineSnapshots _of;
        private readonly byte[][] _files;

        public Source(MachineSnapshots of, ShardId shard, MachineCheckpoint checkpoint)
        {
            _of = of;
            _files = Encode(checkpoint);
            Manifest = new SnapshotManifest(
                IdOf(_files), shard, checkpoint.Applied, checkpoint.Set, checkpoint.Hash,
                [new SnapshotFile("head", _files[0].Length), new SnapshotFile("commands", _files[1].Length)]);
        }

        public SnapshotManifest Manifest { get; }

        public int Read(int file, long offset, Span<byte> into)
        {
            ReadOnlySpan<byte> rest = _files[file].AsSpan((int)offset);
            rest = rest[..Math.Min(rest.Length, into.Length)];
            rest.CopyTo(into);
            return rest.Length;
        }

        public void Dispose() => _of.Held--;
    }

    private sealed class Target(MachineDisk disk) : ISnapshotTarget
    {
        private readonly StagedSnapshot _staged = disk.Staged!;
        private MachineCheckpoint? _complete;

        public ImmutableArray<long> Received => [.. _staged.Files.Select(file => (long)file.Count)];

        public void Write(int file, long offset, ReadOnlySpan<byte> bytes)
        {
            Invariant.Check(offset == _staged.Files[file].Count);
            _staged.Files[file].AddRange(bytes);
        }

        public void Flush()
        {
            for (int at = 0; at < _staged.Files.Length; at++)
            {
                _staged.Durable[at] = _staged.Files[at].Count;
            }
        }

        public Result<Unit> Complete()
        {
            byte[][] files = [.. _staged.Files.Select(file => file.ToArray())];
            if (IdOf(files) != _staged.Manifest.Id)
            {
                disk.Staged = null;
                return new NacreError(ErrorCode.Corrupt, "The snapshot is not what its manifest says.");
            }

            _complete = Decode(files[0], files[1]);
            return Unit.Value;
        }

        public void Install(Term term) => disk.Replace(_complete!, new SnapshotPoint(_staged.Manifest.Index, term));

        public void Dispose()
        {
        }
    }
}
