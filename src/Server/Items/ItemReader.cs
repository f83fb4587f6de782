using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Security.Authorisation;
using Nacre.Server.Consistency;
using Nacre.Server.Routing;

namespace Nacre.Server.Items;

/// <summary>Reads one item: key, range, what is promised, view, document.</summary>
/// <remarks>
/// Nothing here is cancelled: a point read is one bounded piece of work, most of them end at once, and a token costs
/// more than it would save. Whoever waits no longer is told so after it.
/// </remarks>
internal static class ItemReader
{
    /// <summary>Checks and encodes an item's key.</summary>
    /// <returns>As <see cref="ItemKey"/> encodes it; Malformed or TooLarge.</returns>
    public static Result<byte[]> KeyOf(ContainerRoute container, in PartitionKey partitionKey, string id)
    {
        if (DocumentInspector.CheckId(id) is { } badId)
        {
            return badId;
        }

        Result<Unit> check = partitionKey.Check(container.PartitionKey, allowPrefix: false);
        return check.IsOk ? ItemKey.Encode(partitionKey, id) : check.Error;
    }

    /// <summary>Reads an item. Completes synchronously when nothing has to be waited for.</summary>
    /// <param name="container">Where it is.</param>
    /// <param name="reader">Who asks.</param>
    /// <param name="partitionKey">The item's.</param>
    /// <param name="id">The item's.</param>
    /// <param name="terms">What is promised.</param>
    /// <param name="range">The range that owns the item; null when the read is refused at once.</param>
    /// <returns>The document, to be disposed; Malformed, TooLarge, Forbidden, NotFound, or what shard and view refuse with.</returns>
    public static ValueTask<Result<DocumentLease>> ReadAsync(
        ContainerRoute container, Principal reader, in PartitionKey partitionKey, string id, in ReadTerms terms, out RangeRoute? range)
    {
        range = null;
        Result<byte[]> key = KeyOf(container, partitionKey, id);
        if (!key.IsOk)
        {
            return new(key.Error);
        }

        if (PermissionChecker.CheckItem(reader, key.Value) is { } denied)
        {
            return new(denied);
        }

        RangeRoute owner = range = container.RangeOf(key.Value);
        ValueTask<NacreError?> ready = owner.Shard.ReadAtAsync(terms.For(owner.Id), CancellationToken.None);
        if (!ready.IsCompletedSuccessfully)
        {
            return AwaitReadyAsync(ready, owner, key.Value);
        }

        return ready.Result is { } refusal ? new(refusal) : ReadAsync(owner, key.Value);
    }

    private static async ValueTask<Result<DocumentLease>> AwaitReadyAsync(
        ValueTask<NacreError?> ready, RangeRoute range, byte[] key) =>
        await ready.ConfigureAwait(false) is { } refusal
            ? refusal
            : await ReadAsync(range, key).ConfigureAwait(false);

    private static ValueTask<Result<DocumentLease>> ReadAsync(RangeRoute range, byte[] key)
    {
        IDocumentView view = range.Shard.Documents.OpenView();
        ValueTask<Result<DocumentLease>> read;
        try
        {
            read = view.ReadAsync(range.Id, key, CancellationToken.None);
        }
        catch
        {
            view.Dispose();
            throw;
        }

        if (!read.IsCompletedSuccessfully)
        {
            return AwaitReadAsync(read, view);
        }

        view.Dispose();
        return read;
    }

    private static async ValueTask<Result<DocumentLease>> AwaitReadAsync(ValueTask<Result<DocumentLease>> read, IDocumentView view)
    {
        using (view)
        {
            return await read.ConfigureAwait(false);
        }
    }
}
