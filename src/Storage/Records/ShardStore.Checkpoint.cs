using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <content>Checkpoints.</content>
internal sealed partial class ShardStore
{
    /// <inheritdoc/>
    public Task<LogIndex> BeginCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta)
    {
        Invariant.Check(_checkpoint.IsCompleted);
        _faults.ThrowIfFailed();
        _compactionWaits = false;
        if (_kept.Newest is { } newest)
        {
            // Files below go once this checkpoint is durable; nothing may be looked for in them then.
            _items.Records.Release(newest.Manifest.Items.Log.Begin);
            _nodes.Records.Release(newest.Manifest.Nodes.Log.Begin);
        }

        RecordLogState items = _items.Records.FixPoint();
        RecordLogState nodes = _nodes.Records.FixPoint();
        _checkpoint = FinishCheckpointAsync(applied, meta, items, nodes);
        return _checkpoint;
    }

    /// <summary>
    /// Ends when no checkpoint of a hash index is under way: what it took serves from the next checkpoint on.
    /// </summary>
    public Task IndexIdleAsync() => Task.WhenAll(_items.IndexIdleAsync(), _nodes.IndexIdleAsync());

    private async Task<LogIndex> FinishCheckpointAsync(
        LogIndex applied, ReadOnlyMemory<byte> meta, RecordLogState items, RecordLogState nodes)
    {
        try
        {
            await WithinDeadlineAsync(WriteCheckpointAsync(applied, meta, items, nodes)).ConfigureAwait(false);
            _items.MaintainIndex(items);
            _nodes.MaintainIndex(nodes);
            return _kept.Older?.Manifest.Applied ?? new LogIndex(0);
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace && _faults.Failure is null)
        {
            // Not a fault: the kept manifests stand, and the log keeps what came after them.
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, a checkpoint that was begun is not durable: the store stops.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            StorageFaultException fault = DeviceFaults.AsFault(exception, _options.Directory, "checkpoint");
            _faults.Fail(fault);
            StoreLog.Stopped(_options.Logger, _options.Shard.Value, fault);
            throw fault;
        }
    }

    private async Task WithinDeadlineAsync(Task checkpoint)
    {
        // A store that stopped writes no more pages, so that waiting for them would never end.
        Task first;
        try
        {
            first = await Task.WhenAny(checkpoint, _faults.Failed)
                .WaitAsync(_options.CheckpointDeadline, _options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new StorageFaultException(
                StorageFaultKind.Io, _options.Directory, "checkpoint", $"not durable within {_options.CheckpointDeadline}",
                exception);
        }

        _faults.ThrowIfFailed();
        Invariant.Check(first == checkpoint);
        await checkpoint.ConfigureAwait(false);
    }

    private async Task WriteCheckpointAsync(
        LogIndex applied, ReadOnlyMemory<byte> meta, RecordLogState items, RecordLogState nodes)
    {
        await _items.Device.WrittenAsync(items.End).ConfigureAwait(false);
        await _nodes.Device.WrittenAsync(nodes.End).ConfigureAwait(false);
        await _options.Io.RunAsync(() => SealCheckpoint(applied, meta, items, nodes)).ConfigureAwait(false);
    }

    private void SealCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta, RecordLogState items, RecordLogState nodes)
    {
        _items.Log.Sync();
        _nodes.Log.Sync();
        _faults.ThrowIfFailed();
        ShardManifest manifest = new(
            _generation + 1, _store, _items.Geometry.Groups, _options.PageBytes, applied, meta,
            _items.Capture(items), _nodes.Capture(nodes));
        DataKeyId key = _options.Keys.Current(_options.Domain);
        Volatile.Write(ref _sealingKey, key.Value);
        _folder.Write(manifest, key);
        _generation++;
        Kept? dropped = _kept.Older;
        _kept = new KeptManifests(new Kept(manifest with { Meta = default }, key), _kept.Newest);
        lock (_holdGate)
        {
            RemoveUnneeded(dropped);
        }
    }

    // Only files that the dropped manifest named are looked at: others may be in the making. What is left behind by
    // a crash in between goes at the next start.
    private void RemoveUnneeded(Kept? dropped)
    {
        Kept newest = _kept.Newest!;
        Kept oldest = _kept.Older ?? newest;
        _folder.RemoveAllBut(new HashSet<ulong> { newest.Manifest.Generation, oldest.Manifest.Generation });
        if (dropped is null)
        {
            return;
        }

        // A manifest must be gone before a file that it names.
        _options.FileSystem.SyncDirectory(_options.Directory);
        _items.Log.Forget(oldest.Manifest.Items.Log.Begin);
        _nodes.Log.Forget(oldest.Manifest.Nodes.Log.Begin);
        HashSet<string> needed =
            [.. newest.Manifest.Files(), .. oldest.Manifest.Files(), .. _items.LiveFiles(), .. _nodes.LiveFiles()];
        RemoveUnlessHeld(dropped.Manifest.Files().Where(name => !needed.Contains(name)));
    }

    // Segments that were made in advance hold nothing: after a clean stop every byte in the folder can be proved.
    private void RemoveUnnamed()
    {
        if (_options.IsReadOnly || _faults.Failure is not null)
        {
            return;
        }

        try
        {
            RemoveAllBut(_options, [.. _kept.All.SelectMany(kept => kept.Manifest.Files()), .. HeldFiles()]);
        }
        catch (StorageFaultException fault)
        {
            StoreLog.Stopped(_options.Logger, _options.Shard.Value, fault);
        }
    }
}
