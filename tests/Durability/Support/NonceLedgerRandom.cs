using Nacre.Core.Time;

namespace Nacre.Durability.Tests.Support;

/// <summary>Chance that remembers what may have become a salt.</summary>
/// <param name="inner">Where it comes from.</param>
/// <remarks>
/// Thread-safe. A store's epoch is written down only with the first manifest that needs it: of blocks that power cut off
/// before, the salt is known from here alone.
/// </remarks>
internal sealed class NonceLedgerRandom(IRandomSource inner) : IRandomSource
{
    private const int SaltBytes = 16;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _salts = [];

    /// <summary>All draws of 16 bytes, the last first.</summary>
    public IReadOnlyList<byte[]> NewestFirst
    {
        get
        {
            lock (_lock)
            {
                return [.. _salts.AsEnumerable().Reverse()];
            }
        }
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer)
    {
        inner.Fill(buffer);
        if (buffer.Length == SaltBytes)
        {
            lock (_lock)
            {
                _salts.Add(buffer.ToArray());
            }
        }
    }
}
