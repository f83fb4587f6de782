using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Server.Queries.Planning;

/// <summary>Gives what indexes answer by themselves.</summary>
/// <param name="answers">They; run by this reader alone.</param>
/// <param name="span">The items that the query may see: others are left out.</param>
internal sealed class AnswerReader(IAsyncEnumerator<Result<Answer>> answers, ItemSpan span) : RangeReader
{
    /// <inheritdoc/>
    public override bool IsInItemOrder => false;

    /// <inheritdoc/>
    public override async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (await answers.MoveNextAsync().ConfigureAwait(false))
        {
            if (!answers.Current.IsOk)
            {
                return answers.Current.Error;
            }

            (ReadOnlyMemory<byte> key, DocumentLease? lease, ReadOnlyMemory<byte> made, long times) = answers.Current.Value;
            if (lease is null)
            {
                return Show(key, made, times, isRead: false);
            }

            if (span.Contains(key.Span))
            {
                return Give(key, lease, times);
            }

            lease.Dispose();
        }

        return false;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await answers.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
