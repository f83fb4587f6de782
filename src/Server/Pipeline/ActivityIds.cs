using System.Buffers.Binary;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Server.Pipeline;

/// <summary>Names requests: a random half drawn once a process, a counted half, so that naming one costs an addition.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ActivityIds
{
    private readonly ulong _process;
    private ulong _last;

    /// <summary>Draws the process's half.</summary>
    public ActivityIds(IRandomSource random)
    {
        Span<byte> drawn = stackalloc byte[sizeof(ulong)];
        random.Fill(drawn);
        _process = BinaryPrimitives.ReadUInt64BigEndian(drawn);
    }

    /// <summary>A name that no other request has.</summary>
    public ActivityId Next() => new(new UInt128(_process, Interlocked.Increment(ref _last)));
}
