using System.Collections;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication;

/// <summary>
/// One append to the shared log, and the notice of what became of it: the log gives its sink the list that it was
/// given, so the list itself waits for the loop.
/// </summary>
/// <param name="hardState">The hard state in it, or null.</param>
/// <param name="records">Its entries; may be none.</param>
internal sealed class AppendBatch(HardState? hardState, LogRecord[] records) : LoopItem, IReadOnlyList<LogRecord>
{
    /// <summary>The hard state in it, or null.</summary>
    public HardState? HardState => hardState;

    /// <summary>The last entry; 0 when there is none.</summary>
    public LogIndex LastIndex => records.Length == 0 ? default : records[^1].Index;

    /// <summary>The term of <see cref="LastIndex"/>.</summary>
    public Term LastTerm => records.Length == 0 ? default : records[^1].Term;

    /// <summary>Its entries.</summary>
    public ReadOnlyMemory<LogRecord> Records => records;

    /// <summary>Why the log refused it; None when it is flushed. Set before the batch waits for the loop.</summary>
    public Core.Errors.ErrorCode Refusal { get; set; }

    /// <inheritdoc/>
    public int Count => records.Length;

    /// <inheritdoc/>
    public LogRecord this[int index] => records[index];

    /// <inheritdoc/>
    public IEnumerator<LogRecord> GetEnumerator() => ((IEnumerable<LogRecord>)records).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => records.GetEnumerator();
}
