using Nacre.Core.Errors;
using Nacre.Core.StateMachines;

namespace Nacre.Server.Tests.Peers;

/// <summary>A shard with one snapshot of bytes in memory.</summary>
internal sealed class OneSnapshot(SnapshotManifest manifest, byte[][] files) : IShardSnapshots
{
    public SnapshotPoint? PendingReset => null;

    public Result<ISnapshotSource> Hold() => new Source(manifest, files);

    public Result<ISnapshotTarget> Receive(SnapshotManifest received) => throw new NotSupportedException();

    public void ResetDone() => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    private sealed class Source(SnapshotManifest manifest, byte[][] files) : ISnapshotSource
    {
        public SnapshotManifest Manifest => manifest;

        public int Read(int file, long offset, Span<byte> into)
        {
            ReadOnlySpan<byte> rest = files[file].AsSpan((int)offset);
            rest = rest[..Math.Min(rest.Length, into.Length)];
            rest.CopyTo(into);
            return rest.Length;
        }

        public void Dispose()
        {
        }
    }
}
