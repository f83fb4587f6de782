using System.Globalization;
using System.Text;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Simulation.Tests.Engine;
using Nacre.Storage;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>Opens an image by the real recovery, holds what is there against the model, writes on, and opens it once more.</summary>
/// <param name="history">The recorded run.</param>
/// <param name="seed">Chance for what is done with it.</param>
internal sealed class ImageCheck(History history, ulong seed)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    private readonly SeededRandom _random = new(seed);

    /// <summary>Checks an image that a power cut left.</summary>
    /// <param name="image">Used up.</param>
    public Recovery Run(MemoryDisk image) => Driver.Run(driver => RunAsync(driver, image));

    /// <summary>Opens and reads an image that was damaged: right, or refused.</summary>
    /// <param name="image">Used up.</param>
    public Recovery Read(MemoryDisk image) => Driver.Run(driver => ReadAsync(driver, image));

    private async Task<Recovery> RunAsync(Driver driver, MemoryDisk image)
    {
        NodeParts parts = Parts(driver, image);
        IReadOnlyList<StorageFinding> damage = await StorageNode.VerifyAsync(parts);
        if (damage.Count > 0)
        {
            return new Recovery { Wrong = $"verify: {damage[0]}" };
        }

        StorageNode node;
        try
        {
            node = await StorageNode.StartAsync(parts);
        }
        catch (RefusedStartException refused)
        {
            return new Recovery { Refusal = refused.Error, Wrong = $"a start was refused: {refused.Error.Code}: {refused.Error.Message}" };
        }

        try
        {
            Recovery recovery = await LookAsync(node);
            return recovery.Wrong is not null ? recovery
                : recovery.Refusal is { } refusal ? recovery with { Wrong = $"a read was refused: {refusal.Code}: {refusal.Message}" }
                : recovery with { Wrong = await GoOnAsync(driver, image, node) };
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    private async Task<Recovery> ReadAsync(Driver driver, MemoryDisk image)
    {
        try
        {
            await using StorageNode node = await StorageNode.StartAsync(Parts(driver, image));
            return await LookAsync(node);
        }
        catch (RefusedStartException refused)
        {
            return new Recovery { Refusal = refused.Error };
        }
    }

    private async Task<Recovery> LookAsync(StorageNode node)
    {
        if (node.IsNew)
        {
            Result<Dictionary<string, ItemState>> none = await ReadAllAsync(node);
            return new Recovery { IsNew = true, Wrong = none.IsOk && none.Value.Count == 0 ? null : "a new folder is not empty" };
        }

        ulong data = node.Recovered[StorageNode.Data].Value;
        ulong control = node.Recovered[ShardId.Control].Value;
        ShardLogState guest = node.Log.StateOf(StorageNode.Guest);
        IReadOnlyList<LogRecord> entries = guest.LastIndex == guest.TruncationIndex
            ? []
            : await node.Log.ReadAsync(StorageNode.Guest, guest.TruncationIndex.Next, 1 << 24, default);
        var recovery = new Recovery
        {
            Data = data,
            Control = control,
            GuestReleased = guest.TruncationIndex.Value,
            Guest = [.. Enumerable.Range(0, (int)history.Guest.Last + 1).Select(at => (ulong)at).Where(at => history.Guest.At(at)!.DifferenceFrom(guest, entries) is null)],
        };
        if (recovery.Guest.Count == 0)
        {
            return recovery with { Wrong = $"log: the guest stands as after none of its appends: {history.Guest.State.DifferenceFrom(guest, entries)}" };
        }

        if (history.Control.At(control) is { } model && model.DifferenceFrom(node.Catalog) is { } wrong)
        {
            return recovery with { Wrong = $"catalogue at entry {control}: {wrong}" };
        }

        try
        {
            Result<Dictionary<string, ItemState>> found = await ReadAllAsync(node);
            return !found.IsOk ? recovery with { Refusal = found.Error }
                : history.Data.At(data)?.DifferenceFrom(found.Value) is { } difference ? recovery with { Wrong = $"documents at entry {data}: {difference}" }
                : recovery;
        }
        catch (ViolationException found)
        {
            return recovery with { Wrong = $"documents at entry {data}: {found.Message}" };
        }
    }

    /// <summary>New writes, a repeated one, then an end by chance in order or not, and another start.</summary>
    private async Task<string?> GoOnAsync(Driver driver, MemoryDisk image, StorageNode node)
    {
        Dictionary<string, ItemState> items = (await ReadAllAsync(node)).Value;
        if (!node.IsNew && history.Data.At(node.Recovered[StorageNode.Data].Value)?.Keyed is { } keyed)
        {
            Result<CommandOutcome> repeated = await StorageNode.ProposeAsync(
                node.DataSlot, Items.Header((int)keyed.Header.Operations, 0, keyed.Header.Idempotency), keyed.Command);
            if (!repeated.IsOk || (repeated.Value.Flags & CommandEffect.Repeated) == 0 || repeated.Value.Lsn.Value != keyed.Lsn)
            {
                return $"a repeated write was not known: {repeated.Error?.Message ?? repeated.Value.ToString()}";
            }
        }

        for (int write = 0; write < 2; write++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"p{write}-later");
            string filler = new('z', 100 + _random.Next(2_000));
            Result<CommandOutcome> written = await StorageNode.ProposeAsync(node.DataSlot, Items.Header(1, 0), Items.Encode(Items.Operation(ItemOperationKind.Upsert, id, filler)));
            if (!written.IsOk || written.Value.Code != ErrorCode.None)
            {
                return $"no new write was taken: {written.Error?.Message ?? written.Value.Code.ToString()}";
            }

            items[id] = new ItemState(written.Value.Lsn.Value, Items.Body(id, filler));
        }

        Result<CommandOutcome> set = await node.ProposeAsync(new SetSetting("later", "yes", null));
        if (!set.IsOk || set.Value.Code != ErrorCode.None)
        {
            return $"no new setting was taken: {set.Error?.Message ?? set.Value.Code.ToString()}";
        }

        await (_random.OneIn(2) ? node.StopAsync() : node.DisposeAsync().AsTask());
        try
        {
            await using StorageNode again = await StorageNode.StartAsync(Parts(driver, image));
            Result<Dictionary<string, ItemState>> found = await ReadAllAsync(again);
            string? difference = !found.IsOk ? found.Error.Message : new DataState(DataState.Empty.Items.AddRange(items), null).DifferenceFrom(found.Value);
            return difference is not null ? $"after one more start: {difference}"
                : again.Catalog.SettingOf("later") != "yes" ? "after one more start: a setting is missing" : null;
        }
        catch (RefusedStartException refused)
        {
            return $"one more start was refused: {refused.Error.Code}: {refused.Error.Message}";
        }
    }

    /// <summary>Reads everything: in the order of items, in the order of changes, and one by one.</summary>
    private static async Task<Result<Dictionary<string, ItemState>>> ReadAllAsync(StorageNode node)
    {
        using IDocumentView view = node.Documents.OpenView();
        Result<Dictionary<string, ItemState>> items = await WalkAsync(view.Scan(Items.Range.Range, default, true, default));
        if (!items.IsOk)
        {
            return items;
        }

        Result<Dictionary<string, ItemState>> changes = await WalkAsync(view.Changes(Items.Range.Range, default));
        if (!changes.IsOk)
        {
            return changes;
        }

        if (new DataState(DataState.Empty.Items.AddRange(items.Value), null).DifferenceFrom(changes.Value) is { } difference)
        {
            throw new ViolationException($"the order of changes: {difference}");
        }

        foreach ((string id, ItemState item) in items.Value)
        {
            Result<DocumentLease> read = await view.ReadAsync(Items.Range.Range, Items.Key(id), default);
            if (!read.IsOk)
            {
                return read.Error;
            }

            using DocumentLease lease = read.Value;
            if (new ItemState(lease.Lsn.Value, Encoding.UTF8.GetString(lease.Utf8Json.Span)) != item)
            {
                throw new ViolationException($"{id} read by itself is another than in the list");
            }
        }

        return items;
    }

    private static async Task<Result<Dictionary<string, ItemState>>> WalkAsync(Result<IDocumentCursor> opened)
    {
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        await using IDocumentCursor cursor = opened.Value;
        var found = new Dictionary<string, ItemState>(StringComparer.Ordinal);
        while (true)
        {
            Result<bool> moved = await cursor.MoveNextAsync(default);
            if (!moved.IsOk)
            {
                return moved.Error;
            }

            if (!moved.Value)
            {
                return found;
            }

            Invariant.Check(ItemKey.TryDecode(cursor.ItemKey.Span, out _, out string? id));
            if (!found.TryAdd(id!, new ItemState(cursor.Current.Lsn.Value, Encoding.UTF8.GetString(cursor.Current.Utf8Json.Span))))
            {
                throw new ViolationException($"{id} is listed twice");
            }
        }
    }

    private NodeParts Parts(Driver driver, IFileSystem files) =>
        new(driver, files, new StorageClock(Later), new SeededRandom(_random.NextUInt64()));
}
