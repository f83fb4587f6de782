using System.Text;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>One run of the storage engine under one seed: recorded, and then cut everywhere.</summary>
internal sealed class StorageSimulation
{
    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly List<DiskStep> _recording = [];
    private readonly SortedDictionary<string, int> _probes = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Recovery> _recoveries = [];
    private readonly CutSelection _selection;
    private readonly bool _isWhole;
    private readonly DiskModel _disk = new();
    private ulong _hash;
    private int _boundaries;
    private int _cuts;
    private int _damaged;

    private StorageSimulation(ulong seed, bool isWhole)
    {
        _seed = seed;
        _random = new SeededRandom(seed);
        _selection = new CutSelection(isWhole);
        _isWhole = isWhole;
    }

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="bug">What is planted.</param>
    /// <param name="isWhole">True for every kind of subset at every place; false for a selection.</param>
    public static StorageResult Run(ulong seed, StorageBug bug = StorageBug.None, bool isWhole = false) =>
        new StorageSimulation(seed, isWhole).Run(bug);

    /// <summary>Records a seed's run and cuts nothing.</summary>
    /// <returns>A hash of all steps.</returns>
    public static ulong Record(ulong seed)
    {
        var simulation = new StorageSimulation(seed, isWhole: false);
        simulation.Record(StorageBug.None);
        foreach (DiskStep step in simulation._recording)
        {
            simulation.Mix(step);
        }

        return simulation._hash;
    }

    private Workload Record(StorageBug bug)
    {
        var disk = new MemoryDisk(_recording);
        return Driver.Run(async driver =>
        {
            var workload = new Workload(driver, disk, new SeededRandom(_random.NextUInt64()), bug, _probes);
            await workload.RunAsync();
            return workload;
        });
    }

    private StorageResult Run(StorageBug bug)
    {
        string? violation = null;
        int operations = 0;
        try
        {
            Workload workload = Record(bug);
            operations = workload.Operations;
            Cut(workload.History);
        }
        catch (ViolationException found)
        {
            violation = found.Message;
        }
        catch (InvariantViolationException found)
        {
            violation = $"invariant: {found.Message}";
        }
        catch (RefusedStartException found)
        {
            violation = $"a start over a sound disk was refused: {found.Message}";
        }
        catch (StorageFaultException found)
        {
            violation = $"a fault of a sound disk: {found.Message}";
        }
        catch (Exception found) when (found is not OutOfMemoryException)
        {
            // Whatever the engine throws that is no typed refusal: the seed is told with it.
            violation = $"an exception: {found}";
        }

        return new StorageResult(_seed, _hash, _recording.Count, _boundaries, _cuts, _recoveries.Count, _damaged, operations, _probes, violation);
    }

    private void Cut(History history)
    {
        var damage = new Damage(history, new SeededRandom(_random.NextUInt64()));
        for (int at = 0; at <= _recording.Count; at++)
        {
            if (at < _recording.Count)
            {
                DiskStep step = _recording[at];
                Mix(step);
                if (!step.IsBoundary)
                {
                    _disk.Advance(step);
                    continue;
                }
            }

            CutAt(history, at);
            DamageAt(history, damage, at);
            if (at < _recording.Count)
            {
                damage.Flushing(at, _recording[at], _disk.Pending);
                _disk.Advance(_recording[at]);
            }
        }

        foreach ((string name, int count) in damage.Probes)
        {
            _probes[name] = count;
        }
    }

    private void CutAt(History history, int at)
    {
        _boundaries++;
        foreach (DiskCut cut in _selection.At(_disk.Pending, _random))
        {
            _cuts++;
            (MemoryDisk image, ulong hash) = _disk.Image(cut);
            if (!_recoveries.TryGetValue(hash, out Recovery? recovery))
            {
                recovery = new ImageCheck(history, Mixing.Of(_seed, (ulong)_cuts)).Run(image);
                _recoveries.Add(hash, recovery);
            }

            string? wrong = recovery.Judge(history, at);
            _hash = Mixing.Of(Mixing.Of(Mixing.Of(_hash, recovery.Data), recovery.Control), (ulong)_cuts);
            if (wrong is not null)
            {
                throw new ViolationException($"cut at step {at} ({(at < _recording.Count ? _recording[at] : "the end")}), of what was not synced {cut.Name}: {wrong}");
            }
        }
    }

    /// <summary>What is surely on the disk, damaged: at each place, or at some of them.</summary>
    private void DamageAt(History history, Damage damage, int at)
    {
        if (at <= history.MadeAt || !(_isWhole || _random.OneIn(4)))
        {
            return;
        }

        MemoryDisk Stored() => _disk.Image(new DiskCut("nothing", new bool[_disk.Pending.Count])).Disk;
        for (int turn = _isWhole ? 3 : 1; turn > 0; turn--)
        {
            string? wrong = turn == 1 && _random.OneIn(3) ? damage.PutBack(Stored(), at) : damage.Flip(Stored(), at);
            _damaged++;
            _hash = Mixing.Of(_hash, (ulong)_damaged);
            if (wrong is not null)
            {
                throw new ViolationException($"damage at step {at}: {wrong}");
            }
        }

        if (_random.OneIn(4))
        {
            damage.Remember(Stored());
        }
    }

    private void Mix(DiskStep step)
    {
        _hash = Mixing.Of(_hash, (ulong)step.Kind);
        _hash = Mixing.Of(_hash, Mixing.Of(Encoding.UTF8.GetBytes(step.Path)));
        _hash = Mixing.Of(_hash, (ulong)step.Position);
        _hash = Mixing.Of(_hash, (ulong)(step.Bytes?.Length ?? 0));
    }
}
