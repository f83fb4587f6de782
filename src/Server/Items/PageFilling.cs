using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Server.Items;

/// <summary>What a step along a cursor came to.</summary>
internal enum PageStep
{
    /// <summary>The item was taken, or was not asked for: the next step goes beyond it.</summary>
    Passed,

    /// <summary>The cursor's range has no more items.</summary>
    Ended,

    /// <summary>The item has no place on this page: the next one begins with it.</summary>
    Full,

    /// <summary>The item cannot be read; <see cref="PageFilling.Refusal"/> says why.</summary>
    Refused,
}

/// <summary>Fills one page from the cursors of one range after another.</summary>
/// <param name="scope">The partition key, or a prefix of it, that items must have; empty for all.</param>
/// <param name="page">Takes them.</param>
/// <param name="mostLookedAt">Items that one page may look at, asked for or not.</param>
/// <remarks>Not thread-safe: its request's.</remarks>
internal sealed class PageFilling(PartitionKey scope, ItemPage page, int mostLookedAt)
{
    private int _looked;

    /// <summary>Why the last step was refused.</summary>
    public NacreError? Refusal { get; private set; }

    /// <summary>Moves on, and takes what stands there.</summary>
    public async ValueTask<PageStep> StepAsync(IDocumentCursor cursor, CancellationToken cancellationToken)
    {
        Result<bool> moved = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        if (!moved.IsOk)
        {
            Refusal = moved.Error;
            return PageStep.Refused;
        }

        if (!moved.Value)
        {
            return PageStep.Ended;
        }

        // Different keys may share the hash of a prefix.
        bool wanted = scope.Count == 0 || ItemKey.Matches(cursor.ItemKey.Span, scope);
        if (_looked == mostLookedAt || (wanted && !page.TryAdd(cursor.Current)))
        {
            return PageStep.Full;
        }

        _looked++;
        return PageStep.Passed;
    }
}
