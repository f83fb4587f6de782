using Nacre.Storage.Records;

namespace Nacre.Storage.Tests.Records;

/// <summary>Liveness by a rule.</summary>
internal sealed class Liveness(Func<RecordKey, bool> lives) : ILiveness
{
    /// <inheritdoc/>
    public bool IsLive(RecordKey key, ReadOnlySpan<byte> value) => lives(key);
}
