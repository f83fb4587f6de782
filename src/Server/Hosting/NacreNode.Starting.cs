using System.Text.Json;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Security.Keys;
using Nacre.Server.DataFolder;
using Nacre.Server.Options;

namespace Nacre.Server.Hosting;

/// <content>The start: from the data folder's lock to the first connection.</content>
public sealed partial class NacreNode
{
    private const int DefaultMostShards = 8;
    private const long DefaultMostMemoryBytes = 512L << 20;

    private static readonly NodeId FirstNode = new(1);
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OverloadRetryAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens the data folder, or makes it, and serves.</summary>
    /// <param name="options">Valid options: <see cref="NodeConfiguration.Check"/>.</param>
    /// <param name="environment">The world around the node.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>
    /// The node, to be disposed. Errors: Malformed for options that do not fit the folder, Unavailable when another
    /// process has the folder or the port, RootKeyUnavailable, RootKeyWrong, Unsupported for a later format, Corrupt
    /// naming file and place, DiskFull, StorageFailed, OlderCopy for a folder that other nodes remember to have had more.
    /// </returns>
    public static async Task<Result<NacreNode>> StartAsync(
        NodeOptions options, NodeEnvironment environment, CancellationToken cancellationToken)
    {
        Result<NodeOptions> valid = NodeConfiguration.Check(options);
        if (!valid.IsOk && environment.RootKey is null)
        {
            return valid.Error;
        }

        var node = new NacreNode(options, environment);
        NacreError refusal;
        try
        {
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, node._isOlderCopy.Token);
            if (await node.OpenAsync(either.Token).ConfigureAwait(false) is not { } error)
            {
                return node;
            }

            refusal = node.FoundOlder ?? error;
        }
        catch (Exception) when (node.FoundOlder is not null)
        {
            // A peer answered while the node was starting: whatever else failed, did so because of it.
            refusal = node.FoundOlder!;
        }
        catch (StorageFaultException fault)
        {
            refusal = new NacreError(CodeOf(fault.Kind), fault.Message);
        }
        catch (IOException fault)
        {
            // What is neither storage nor a bug: the port is taken, or may not be.
            refusal = new NacreError(ErrorCode.Unavailable, fault.Message);
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await node.DisposeAsync().ConfigureAwait(false);
        return refusal;
    }

    private static ErrorCode CodeOf(StorageFaultKind kind) => kind switch
    {
        StorageFaultKind.Corrupt => ErrorCode.Corrupt,
        StorageFaultKind.NoSpace => ErrorCode.DiskFull,
        _ => ErrorCode.StorageFailed,
    };

    private async Task<NacreError?> OpenAsync(CancellationToken cancellationToken)
    {
        Log.Options(_logger, JsonSerializer.Serialize(_options, OptionsJson.Default.NodeOptions));
        if (OpenFolder() is { } noFolder)
        {
            return noFolder;
        }

        if (_environment.FindRootKey(_options, _folder.Directory, out IRootKeyProvider root) is { } noRoot)
        {
            return noRoot;
        }

        Result<KeyRing> ring = OpenKeyRing(root);
        if (!ring.IsOk)
        {
            return ring.Error;
        }

        _ring = ring.Value;
        _parts.Push(new Part(_ring));
        return await OpenShardsAsync().ConfigureAwait(false)
            ?? await RecoverAsync(cancellationToken).ConfigureAwait(false)
            ?? await ServeAsync(root, cancellationToken).ConfigureAwait(false);
    }

    private NacreError? OpenFolder()
    {
        string directory = Path.GetFullPath(_options.Data);
        _folder = new NodeFolder(_environment.Files, directory);
        _environment.Files.CreateDirectory(directory);
        Result<FolderLock> locked = FolderLock.Take(_folder.LockFile);
        if (!locked.IsOk)
        {
            return locked.Error;
        }

        _parts.Push(new Part(locked.Value));
        Result<NodeRecord> read = _folder.Read();
        if (read.IsOk && read.Value.State != NodeState.Creating)
        {
            _record = read.Value;
            if (_record.State == NodeState.OlderCopy)
            {
                return Peers.PeerVetting.RefusalOf(_record.Node, "an earlier start over it was refused");
            }

            return _options.Shards == 0 || _options.Shards == _record.DataShards
                ? null
                : new NacreError(ErrorCode.Malformed, $"shards: this data folder was made with {_record.DataShards}; the count never changes.");
        }

        if (!read.IsOk && read.Error.Code != ErrorCode.NotFound)
        {
            return read.Error;
        }

        return MakeFolder(read.IsOk);
    }

    private NacreError? MakeFolder(bool isUnfinished)
    {
        if (isUnfinished)
        {
            Log.RemovingUnfinished(_logger);
            _folder.RemoveUnfinished();
        }
        else if (_environment.Files.ListDirectories(_folder.Directory).Count > 0)
        {
            return new NacreError(ErrorCode.Malformed, $"{_folder.Directory} is not empty and is no data folder: name another one.");
        }

        Span<byte> cluster = stackalloc byte[ClusterId.SizeBytes];
        _environment.Random.Fill(cluster);
        int shards = _options.Shards > 0 ? _options.Shards : Math.Min(Environment.ProcessorCount, DefaultMostShards);
        _record = new NodeRecord(
            NodeState.Creating, ClusterId.Read(cluster), FirstNode, shards,
            _environment.Time.GetUtcNow().ToUnixTimeMilliseconds(), Starts: 0, KeyRingGeneration: 0, []);
        _folder.Write(_record);
        return null;
    }

    private Result<KeyRing> OpenKeyRing(IRootKeyProvider root)
    {
        var folder = new KeyRingFolder(_environment.Files, _folder.Keys, _environment.Time, _environment.Random);
        return _record.State == NodeState.Creating
            ? folder.Create(_record.Cluster, root)
            : folder.Open(root, _record.KeyRingGeneration);
    }
}
