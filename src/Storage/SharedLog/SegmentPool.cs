using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <summary>
/// Makes segment files ahead of their use, and takes back those whose segments were freed: overwriting written
/// blocks needs no change of the file system's own records, so a flush is one device write.
/// </summary>
/// <remarks>Thread-safe. The slow work runs one piece at a time where <c>background</c> runs it.</remarks>
// Invariants:
// - At most SpareSegments files stand ready, the one being made included. Files in use are nobody else's.
internal sealed class SegmentPool(
    SegmentedLogOptions options, IFileSystem files, TimeProvider time, Action<Action> background,
    Action<StorageFaultException>? onFault)
{
    // Small enough that a flush of the log does not wait long behind it.
    private const int ZeroChunkBytes = 1 << 20;

    private static readonly byte[] Zeros = new byte[ZeroChunkBytes];

    private readonly Lock _lock = new();
    private ulong _nextFileId = 1;
    private readonly Queue<PreparedFile> _spares = new();
    private int _beingPrepared;
    private long? _lastRefusal;
    private volatile bool _isClosing;

    /// <summary>True when a file stands ready.</summary>
    public bool HasSpare
    {
        get
        {
            lock (_lock)
            {
                return _spares.Count > 0;
            }
        }
    }

    /// <summary>Begins file ids above those on disk.</summary>
    public void StartAbove(ulong highestFileId) => _nextFileId = highestFileId + 1;

    /// <summary>Takes the file that stands ready.</summary>
    public bool TryTake([NotNullWhen(true)] out PreparedFile? file)
    {
        lock (_lock)
        {
            return _spares.TryDequeue(out file);
        }
    }

    /// <summary>Makes a file at once; throws <see cref="StorageFaultException"/>.</summary>
    public PreparedFile CreateNow(long bytes)
    {
        ulong fileId;
        lock (_lock)
        {
            fileId = _nextFileId++;
        }

        string path = Path.Combine(options.Directory, LogFormat.FileName(fileId));
        IStorageFile file = files.Open(path, StorageFileMode.New);
        try
        {
            Fill(file, bytes);
            files.SyncDirectory(options.Directory);
            return new PreparedFile(fileId, file, bytes);
        }
        catch (StorageFaultException)
        {
            file.Dispose();
            files.Delete(path);
            throw;
        }
    }

    /// <summary>Has a file made in the background, unless one stands ready or is being made.</summary>
    public void Request(long bytes)
    {
        lock (_lock)
        {
            if (_spares.Count > 0 || _beingPrepared > 0 || _isClosing
                || (_lastRefusal is { } refused && time.GetElapsedTime(refused) < options.SpareRetryAfter))
            {
                return;
            }

            _beingPrepared++;
        }

        background(() => Prepare(() => CreateNow(bytes)));
    }

    /// <summary>Takes a freed segment's file back: it stands ready again, or is removed when enough do.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="file">Open; nobody else uses it.</param>
    /// <param name="bytes">The length wanted.</param>
    /// <param name="beforeReuse">Runs first, in the background.</param>
    public void Return(ulong fileId, IStorageFile file, long bytes, Action beforeReuse) => background(() =>
    {
        beforeReuse();
        bool isKept;
        lock (_lock)
        {
            isKept = _spares.Count + _beingPrepared < options.SpareSegments && !_isClosing;
            _beingPrepared += isKept ? 1 : 0;
        }

        if (isKept)
        {
            Prepare(() => Reuse(fileId, file, bytes));
        }
        else
        {
            Guarded(() => Remove(file));
        }
    });

    /// <summary>Removes a file whose header could not be written.</summary>
    public void Discard(PreparedFile file) => background(() => Guarded(() => Remove(file.File)));

    /// <summary>Gives back what lies behind a segment's end.</summary>
    public void Trim(IStorageFile file, long end) => background(() => Guarded(() =>
    {
        if (file.Length > end)
        {
            file.SetLength(end);
            file.Flush();
        }
    }));

    /// <summary>Removes the files that stand ready and makes no more. Background work must have ended or see it soon.</summary>
    public void Close()
    {
        _isClosing = true;
        background(() =>
        {
            while (TryTake(out PreparedFile? spare))
            {
                Guarded(() => Remove(spare.File));
            }
        });
    }

    private void Prepare(Func<PreparedFile?> make)
    {
        PreparedFile? made = null;
        Guarded(() => made = make());
        lock (_lock)
        {
            _beingPrepared--;
            _lastRefusal = made is null ? time.GetTimestamp() : null;
            if (made is not null)
            {
                _spares.Enqueue(made);
            }
        }
    }

    /// <summary>Runs background work; that the disk is full is no fault, anything else is told.</summary>
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // Appends are refused when they need the room, not before.
        }
        catch (StorageFaultException fault)
        {
            onFault?.Invoke(fault);
        }
    }

    private PreparedFile? Reuse(ulong fileId, IStorageFile file, long bytes)
    {
        try
        {
            Fill(file, bytes);
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // No room to grow it back to full size: what it has may do.
        }
        catch (StorageFaultException)
        {
            file.Dispose();
            throw;
        }

        long capacity = file.Length / LogFormat.BlockBytes * LogFormat.BlockBytes;
        if (capacity >= options.LeastSegmentBytes)
        {
            return new PreparedFile(fileId, file, Math.Min(capacity, bytes));
        }

        Remove(file);
        return null;
    }

    private void Remove(IStorageFile file)
    {
        file.Dispose();
        files.Delete(file.Path);
        files.SyncDirectory(options.Directory);
    }

    /// <summary>Writes zeros from the file's end to the wanted length.</summary>
    private void Fill(IStorageFile file, long bytes)
    {
        long at = file.Length;
        if (at >= bytes)
        {
            return;
        }

        file.Allocate(bytes);
        while (at < bytes && !_isClosing)
        {
            int count = (int)Math.Min(ZeroChunkBytes, bytes - at);
            file.Write(at, Zeros.AsSpan(0, count));
            file.Flush();
            at += count;
        }
    }
}
