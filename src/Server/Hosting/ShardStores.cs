using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Replication.Snapshots;
using Nacre.Storage.Control;
using Nacre.Storage.Documents;

namespace Nacre.Server.Hosting;

/// <summary>The stores of a node's shards: opened at the start, and again when a snapshot has taken a store's place.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ShardStores : IDisposable
{
    private readonly ConcurrentDictionary<ShardId, DocumentShard> _documents = new();
    private readonly DocumentShards _shards;
    private readonly string _controlFolder;
    private readonly IFileSystem _files;
    private readonly IDataKeys _keys;
    private readonly IRandomSource _random;
    private readonly ILogger _logger;

    /// <summary>Prepares; nothing is opened yet.</summary>
    /// <param name="options">Where the shards are, and what the data shards may take.</param>
    /// <param name="environment">Disk, clock and chance.</param>
    /// <param name="keys">Where keys come from.</param>
    public ShardStores(DocumentShardsOptions options, NodeEnvironment environment, IDataKeys keys)
    {
        _controlFolder = DocumentShards.FolderOf(options.Directory, ShardId.Control);
        (_files, _random, _keys) = (environment.Files, environment.Random, keys);
        _logger = environment.Loggers.CreateLogger("Nacre.Storage");
        _shards = new DocumentShards(options, _files, keys, _random, environment.Time, _logger);
    }

    /// <summary>The catalogue.</summary>
    public CurrentCatalog Current { get; } = new();

    /// <summary>A data shard's store, the one that is open now.</summary>
    public DocumentShard Of(ShardId shard) => _documents[shard];

    /// <summary>The catalogue as the control shard's newest checkpoint has it; nothing stays open.</summary>
    /// <returns>Errors: Unsupported. Throws <see cref="StorageFaultException"/>.</returns>
    public async Task<Result<Catalog>> PeekAsync()
    {
        Result<ControlStateMachine> opened = ControlStateMachine.Open(_controlFolder, _files, _keys, _random, _logger);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        await using ControlStateMachine machine = opened.Value;
        return machine.Current;
    }

    /// <summary>Opens a shard's store; whoever asks for it from here on gets this one. Waits for the disk.</summary>
    /// <remarks>Throws <see cref="StorageFaultException"/>.</remarks>
    public async ValueTask<OpenedShard> OpenAsync(ShardId shard)
    {
        if (shard == ShardId.Control)
        {
            return OpenControl();
        }

        DocumentShard opened = await Task.Run(() => _shards.Open(shard)).ConfigureAwait(false);
        _documents[shard] = opened;
        return new OpenedShard(opened.Machine, _shards.SnapshotsOf(shard));
    }

    /// <inheritdoc/>
    public void Dispose() => _shards.Dispose();

    private OpenedShard OpenControl()
    {
        Result<ControlStateMachine> opened = ControlStateMachine.Open(_controlFolder, _files, _keys, _random, _logger);
        if (!opened.IsOk)
        {
            throw new StorageFaultException(StorageFaultKind.Corrupt, _controlFolder, "checkpoint", opened.Error.Message);
        }

        Current.Turn(opened.Value);
        return new OpenedShard(opened.Value, ControlStateMachine.Snapshots(_controlFolder, _files, _keys, _random));
    }
}
