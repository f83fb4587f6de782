using System.Collections.Immutable;
using Grpc.Health.V1;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Server.DataFolder;
using Nacre.Server.Peers;

namespace Nacre.Server.Hosting;

/// <content>Whether the data folder is the newest that other nodes have seen: asked before any replica says anything. Decision 32.</content>
public sealed partial class NacreNode
{
    private readonly TaskCompletionSource<NacreError> _foundOlderCopy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _isOlderCopy = new();
    private readonly Lock _recordGate = new();
    private PeerVetting? _vetting;
    private PeerMemory? _memory;
    private ulong _startsTold;

    private NacreError? FoundOlder => _vetting?.Refusal;

    /// <summary>What is remembered here of the others, and what they may be told.</summary>
    private ReportService RemembersPeers()
    {
        _memory = new PeerMemory(
            new RememberedFile(_environment.Files, _folder.RememberedFile), () => CurrentReplicas, Catalog, _environment.Time, _logger);
        _memory.Load();
        return new ReportService(
            () => _slots.Select(slot => slot.Status),
            peer => _vetting is { } vetting && vetting.MaySpeakTo(peer)
                ? RememberedWire.Of(Volatile.Read(ref _startsTold), _slots.Select(slot => slot.Status))
                : null,
            _memory.RecallAsync);
    }

    /// <summary>Listens for the others, dials them, and asks what they remember of this node. Nothing was written by this start yet.</summary>
    private async Task<NacreError?> VetAsync(CancellationToken cancellationToken)
    {
        if (_port is null)
        {
            return null;
        }

        _nodeEndpoint = await _port.StartAsync(cancellationToken).ConfigureAwait(false);
        _peers = new PeerBook(_port, new PeersFile(_environment.Files, _folder.PeersFile), _record.Node);
        Result<ImmutableArray<KnownPeer>> known = await _peers.OpenAsync(Catalog.Current).ConfigureAwait(false);
        if (!known.IsOk)
        {
            return known.Error;
        }

        Log.NodePortOpen(_logger, _nodeEndpoint.Authority, known.Value.Length);
        _vetting = new PeerVetting(
            _record.Node,
            _record.Starts,
            _slots.ToDictionary(slot => slot.Identity.Shard, slot => _log.StateOf(slot.Identity.Shard)),
            _port.Channels,
            _environment.Time,
            _logger);
        _parts.Push(_vetting);
        if (await _vetting.AskAllAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            MarkOlderCopy();
            return refusal;
        }

        _vetting.Start(TakeNoPart);
        return null;
    }

    /// <summary>A peer that had not answered at the start remembers more: the replicas fall silent at once, and whoever runs the node stops it.</summary>
    private void TakeNoPart(NacreError refusal)
    {
        _host.Disqualify();
        SetHealth(HealthCheckResponse.Types.ServingStatus.NotServing);
        MarkOlderCopy();
        _isOlderCopy.Cancel();
        _foundOlderCopy.TrySetResult(refusal);
    }

    /// <summary>The next start is refused even if those who remember are not reached then.</summary>
    private void MarkOlderCopy()
    {
        lock (_recordGate)
        {
            try
            {
                _record = _record with { State = NodeState.OlderCopy, Points = [] };
                _folder.Write(_record);
            }
            catch (StorageFaultException fault)
            {
                Log.OlderCopyNotMarked(_logger, fault);
            }
        }
    }

    private void WriteRecord(NodeRecord record)
    {
        lock (_recordGate)
        {
            if (_record.State != NodeState.OlderCopy)
            {
                _record = record;
                _folder.Write(record);
            }
        }
    }
}
