using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

public sealed partial class Container
{
    /// <summary>How long <see cref="WaitForIndexingAsync"/> waits between two looks.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gives the container another indexing policy. Completes once it is in force for all that is written from then on; what
    /// was written before is indexed in the background, and until that is done queries use the indexes of before.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="ifMatch">Only if the container still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <returns>The container, with its new etag.</returns>
    /// <exception cref="NacreException">
    /// <see cref="NacreErrorCode.Malformed"/>, <see cref="NacreErrorCode.TooLarge"/> and <see cref="NacreErrorCode.Unsupported"/>
    /// say what is wrong with the policy; <see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.
    /// </exception>
    public async Task<ContainerProperties> ReplaceIndexingPolicyAsync(
        IndexingPolicy policy, string? ifMatch = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return FromWire(await _pipeline
            .WriteAsync(
                RpcMethods.SetIndexing,
                key => new Wire.SetIndexingRequest
                {
                    Database = DatabaseName,
                    Name = Name,
                    IndexingPolicy = policy.ToJson(),
                    IfMatch = ifMatch ?? "",
                    Idempotency = key,
                },
                "set_indexing",
                _name,
                cancellationToken)
            .ConfigureAwait(false));
    }

    /// <summary>Tells how far the container's indexes are built.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.Forbidden"/> for a token's bearer, among others.</exception>
    public async Task<IndexingProgress> GetIndexingProgressAsync(CancellationToken cancellationToken = default)
    {
        Wire.IndexingStatus status = await _pipeline
            .ReadAsync(
                RpcMethods.GetIndexing,
                new Wire.GetIndexingRequest { Database = DatabaseName, Name = Name },
                "get_indexing",
                _name,
                cancellationToken)
            .ConfigureAwait(false);
        return new IndexingProgress(
            IndexingPolicy.FromJson(status.IndexingPolicy),
            status.Etag,
            [.. status.Ranges.Select(range => new RangeIndexingProgress(
                range.Range, range.Ready, range.Progress, (long)range.Items, (long)range.ItemsLeft))]);
    }

    /// <summary>Waits until all that the container's policy has answers queries on the node that is asked.</summary>
    /// <param name="progress">Told twice a second, and once at the end; null: nobody.</param>
    /// <param name="cancellationToken">Stops the wait, not the work.</param>
    /// <returns>How it is then.</returns>
    /// <exception cref="NacreException">As <see cref="GetIndexingProgressAsync"/>.</exception>
    public async Task<IndexingProgress> WaitForIndexingAsync(
        IProgress<IndexingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            IndexingProgress now = await GetIndexingProgressAsync(cancellationToken).ConfigureAwait(false);
            progress?.Report(now);
            if (now.IsReady)
            {
                return now;
            }

            await Task.Delay(LookInterval, _pipeline.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
