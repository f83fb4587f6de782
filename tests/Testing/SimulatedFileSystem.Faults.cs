using Nacre.Core.Files;

namespace Nacre.Testing;

/// <content>A disk that fails, fills up and stalls.</content>
public sealed partial class SimulatedFileSystem
{
    private readonly List<FaultRule> _faults = [];
    private readonly List<FlushGate> _gates = [];

    /// <summary>Bytes that all files together may take; null for no limit.</summary>
    public long? QuotaBytes { get; set; }

    /// <summary>Bytes that all files take: lengths, or reserved blocks where those are more.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _files.Values.Distinct().Sum(inode => inode.DiskBytes);
            }
        }
    }

    /// <summary>Makes operations fail. A failed write may have happened in part; what stood before a failed flush is lost to later ones.</summary>
    /// <param name="kind">Which operation.</param>
    /// <param name="pathContains">Only for paths with this part; null for all.</param>
    /// <param name="skip">How many such operations pass first.</param>
    /// <param name="times">How many then fail.</param>
    /// <param name="fault">What the caller is told.</param>
    public void Fail(
        SimulatedOperationKind kind, string? pathContains = null, int skip = 0, int times = 1,
        StorageFaultKind fault = StorageFaultKind.Io)
    {
        lock (_lock)
        {
            _faults.Add(new FaultRule(kind, pathContains, fault) { Skip = skip, Times = times });
        }
    }

    /// <summary>Takes back all that <see cref="Fail"/> has set.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    /// <summary>Holds flushes back from now on, until the gate is opened.</summary>
    /// <param name="pathContains">Only for paths with this part; null for all.</param>
    public FlushGate HoldFlushes(string? pathContains = null)
    {
        var gate = new FlushGate(pathContains);
        lock (_lock)
        {
            _gates.Add(gate);
        }

        return gate;
    }

    /// <summary>Counts, records and perhaps refuses an operation.</summary>
    private void Begin(SimulatedOperationKind kind, string path, long position, int length)
    {
        CheckPower();
        bool isChange = kind != SimulatedOperationKind.Read;
        Changes += isChange ? 1 : 0;
        var operation = new SimulatedOperation(Changes, kind, path, position, length);
        _operations.Add(operation);
        if (isChange)
        {
            NoteStep(operation);
        }

        foreach (FaultRule rule in _faults)
        {
            if (rule.Strikes(kind, path))
            {
                throw new StorageFaultException(rule.Fault, path, $"offset {position}", $"injected fault: {kind}");
            }
        }
    }

    private void CheckRoom(SimulatedInode inode, string path, long end)
    {
        CheckPower();
        if (QuotaBytes is { } quota && end > inode.DiskBytes && UsedBytes + end - inode.DiskBytes > quota)
        {
            throw new StorageFaultException(StorageFaultKind.NoSpace, path, $"offset {end}", "the simulated disk is full");
        }
    }

    private sealed record FaultRule(SimulatedOperationKind Kind, string? PathContains, StorageFaultKind Fault)
    {
        public int Skip { get; set; }

        public int Times { get; set; }

        public bool Strikes(SimulatedOperationKind kind, string path)
        {
            if (kind != Kind || Times == 0 || (PathContains is not null && !path.Contains(PathContains, StringComparison.Ordinal)))
            {
                return false;
            }

            if (Skip > 0)
            {
                Skip--;
                return false;
            }

            Times--;
            return true;
        }
    }
}
