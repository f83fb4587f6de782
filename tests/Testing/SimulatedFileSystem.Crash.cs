namespace Nacre.Testing;

/// <content>Losing power, and what is on the disk when it comes back.</content>
public sealed partial class SimulatedFileSystem
{
    private long _crashAt;
    private Predicate<SimulatedOperation>? _crashOn;
    private int _crashSkip;
    private SeededRandom? _crashChance;
    private bool _crashed;

    /// <summary>True once power was lost.</summary>
    public bool HasCrashed
    {
        get
        {
            lock (_lock)
            {
                return _crashed;
            }
        }
    }

    /// <summary>
    /// Power goes at a change: it may have happened in part, its caller gets <see cref="SimulatedCrashException"/>,
    /// and so does everybody after it.
    /// </summary>
    /// <param name="change">Number of the change, counted as <see cref="Changes"/> counts.</param>
    /// <param name="seed">Decides whether a flush at that point still took effect.</param>
    public void CrashAt(long change, ulong seed)
    {
        lock (_lock)
        {
            _crashAt = change;
            _crashChance = new SeededRandom(seed);
        }
    }

    /// <summary>Power goes at a change of some kind, as <see cref="CrashAt"/> has it.</summary>
    /// <param name="step">Which changes are meant. Called under the system's lock for every change.</param>
    /// <param name="skip">How many of those pass first.</param>
    /// <param name="seed">Decides whether a flush at that point still took effect.</param>
    public void CrashOn(Predicate<SimulatedOperation> step, int skip, ulong seed)
    {
        lock (_lock)
        {
            _crashOn = step;
            _crashSkip = skip;
            _crashChance = new SeededRandom(seed);
        }
    }

    /// <summary>Power goes now.</summary>
    public void Crash()
    {
        lock (_lock)
        {
            _crashed = true;
        }
    }

    /// <summary>
    /// Switches power off, if it was not, and on again: what was flushed is there, of the rest what the seed says.
    /// </summary>
    /// <returns>The disk, all of it durable, without faults, quota or gates.</returns>
    public SimulatedFileSystem Reboot(ulong seed)
    {
        lock (_lock)
        {
            _crashed = true;
            var random = new SeededRandom(seed);
            var entries = new SortedDictionary<string, SimulatedInode>(_durableFiles, StringComparer.Ordinal);
            int kept = random.Next(_pendingEntries.Count + 1);
            bool inOrder = random.OneIn(2);
            for (int i = 0; i < _pendingEntries.Count; i++)
            {
                if (inOrder ? i < kept : random.OneIn(2))
                {
                    _pendingEntries[i].ApplyTo(entries);
                }
            }

            var inodes = new Dictionary<SimulatedInode, SimulatedInode>();
            var next = new SimulatedFileSystem();
            next._directories.UnionWith(_durableDirectories);
            foreach ((string path, SimulatedInode inode) in entries)
            {
                if (!inodes.TryGetValue(inode, out SimulatedInode? survivor))
                {
                    inodes[inode] = survivor = inode.AfterCrash(random);
                }

                next._files[path] = next._durableFiles[path] = survivor;
                next._directories.Add(DirectoryOf(path));
            }

            next._durableDirectories.UnionWith(next._directories);
            return next;
        }
    }

    /// <summary>A copy of the disk as programs see it now, all of it durable: the folder copied to another machine.</summary>
    public SimulatedFileSystem Clone()
    {
        lock (_lock)
        {
            var copy = new SimulatedFileSystem();
            copy._directories.UnionWith(_directories);
            copy._durableDirectories.UnionWith(_directories);
            foreach ((string path, SimulatedInode inode) in _files)
            {
                copy._files[path] = copy._durableFiles[path] = SimulatedInode.Of(inode.Content);
            }

            return copy;
        }
    }

    private void CheckPower()
    {
        if (_crashed)
        {
            throw new SimulatedCrashException();
        }
    }

    private void NoteStep(SimulatedOperation operation)
    {
        if (_crashOn?.Invoke(operation) == true && _crashSkip-- == 0)
        {
            _crashAt = Changes;
        }
    }

    private void CrashIfDue()
    {
        if (_crashAt != 0 && Changes >= _crashAt)
        {
            _crashed = true;
            throw new SimulatedCrashException();
        }
    }

    private void CrashIfDueBeforeOrAfter(Action effect)
    {
        if (_crashAt != 0 && Changes >= _crashAt && _crashChance!.OneIn(2))
        {
            CrashIfDue();
        }

        effect();
        CrashIfDue();
    }
}
