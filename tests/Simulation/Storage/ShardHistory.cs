namespace Nacre.Simulation.Tests.Storage;

/// <summary>Where a shard stood after each entry of a recorded run, since when the entry could be on the disk, and what was acknowledged when.</summary>
/// <typeparam name="T">The model's state.</typeparam>
internal sealed class ShardHistory<T>(T empty)
    where T : class
{
    private readonly SortedDictionary<ulong, (T State, int Position)> _states = new() { [0] = (empty, 0) };
    private readonly List<(int Position, ulong Index)> _acknowledged = [];

    /// <summary>The last entry.</summary>
    public ulong Last { get; private set; }

    /// <summary>The state after the last entry.</summary>
    public T State => _states[Last].State;

    /// <summary>An entry is about to be written.</summary>
    public void Append(ulong index, T state, int position)
    {
        _states[index] = (state, position);
        Last = index;
    }

    /// <summary>A caller was told that an entry is durable.</summary>
    public void Acknowledge(ulong index, int position) => _acknowledged.Add((position, index));

    /// <summary>The state after an entry; null for one that there never was.</summary>
    public T? At(ulong index) => _states.TryGetValue(index, out (T State, int Position) found) ? found.State : null;

    /// <summary>The highest entry that was acknowledged by some place of the recording.</summary>
    public ulong AcknowledgedBy(int position) => _acknowledged.Where(each => each.Position <= position).Select(each => each.Index).DefaultIfEmpty(0UL).Max();

    /// <summary>Why a recovery at an entry is not one that a power cut at that place may give; null where it may.</summary>
    /// <param name="index">The last entry that was recovered.</param>
    /// <param name="position">The place of the cut.</param>
    /// <param name="lostFrom">Entries acknowledged from that place on may be missing: a stored frame was damaged. By default none may.</param>
    public string? Judge(ulong index, int position, int lostFrom = int.MaxValue)
    {
        ulong acknowledged = AcknowledgedBy(Math.Min(position, lostFrom));
        return index < acknowledged ? $"entry {acknowledged} was acknowledged, and {index} is the last one there"
            : !_states.TryGetValue(index, out (T State, int Position) found) || found.Position > position ? $"entry {index} is there, and had not been written"
            : null;
    }
}
