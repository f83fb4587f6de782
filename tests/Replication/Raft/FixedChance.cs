using System.Buffers.Binary;
using Nacre.Core.Time;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Chance that always draws the same number, so that a script decides who times out.</summary>
internal sealed class FixedChance(uint value) : IRandomSource
{
    public void Fill(Span<byte> buffer) => BinaryPrimitives.WriteUInt32LittleEndian(buffer, value);
}
