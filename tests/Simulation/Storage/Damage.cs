using Nacre.Core.Errors;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>Disks that rot, or come back in part as they were before: recovery must be right, or refuse and say where.</summary>
/// <param name="history">The recorded run.</param>
/// <param name="random">Chance.</param>
internal sealed class Damage(History history, SeededRandom random)
{
    private static readonly string[] Parts = ["/data/log", "/data/shards/0", "/data/shards/1", "/data/shards", "/data/keys", "/data/node"];

    private readonly List<MemoryDisk> _before = [];
    private int _lastFrame;

    /// <summary>What was refused, and what was right, by kind of damage.</summary>
    public SortedDictionary<string, int> Probes { get; } = new(StringComparer.Ordinal);

    /// <summary>Keeps an image, to be put back in part later.</summary>
    public void Remember(MemoryDisk image) => _before.Add(image);

    /// <summary>Hears of a flush, before it is played.</summary>
    /// <param name="at">Its place in the recording.</param>
    /// <param name="flush">The step.</param>
    /// <param name="pending">What was not synced.</param>
    public void Flushing(int at, DiskStep flush, IReadOnlyList<DiskStep> pending)
    {
        if (pending.Any(step => step.File == flush.File && step.Kind == DiskStepKind.Write && IsFrameOrHeader(step.Bytes)))
        {
            _lastFrame = at;
        }
    }

    /// <summary>Turns one to three bits of one stored file.</summary>
    /// <param name="image">What is surely on the disk; used up.</param>
    /// <param name="at">The place in the recording.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? Flip(MemoryDisk image, int at)
    {
        string[] files = [.. image.AllFiles.Where(path => image.Get(path).Length > 0)];
        string file = files[random.Next(files.Length)];
        string what = $"bits of {file} turned:";
        for (int flip = 1 + random.Next(3); flip > 0; flip--)
        {
            int position = random.Next(image.Get(file).Length);
            image.FlipBit(file, position, random.Next(8));
            what += $" {position}";
        }

        Recovery recovery = new ImageCheck(history, random.NextUInt64()).Read(image);
        bool isLog = file.StartsWith("/data/log/", StringComparison.Ordinal);
        if (recovery.Refusal is { } refusal && !Names(refusal.Message, file))
        {
            return $"{what}: refused without naming the file: {refusal.Message}";
        }

        // Whether the last frame is torn or rotten cannot be told before another one follows it.
        return Judge(recovery, at, isLog ? _lastFrame : int.MaxValue, isLog ? "rot in the log" : "rot elsewhere", what);
    }

    /// <summary>Puts a part of the folder back as it was at an earlier place.</summary>
    /// <param name="image">What is surely on the disk; used up.</param>
    /// <param name="at">The place in the recording.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? PutBack(MemoryDisk image, int at)
    {
        if (_before.Count == 0)
        {
            return null;
        }

        string part = Parts[random.Next(Parts.Length)];
        MemoryDisk older = _before[random.Next(_before.Count)].Copy();
        foreach (string file in image.AllFiles.Where(path => IsIn(path, part)))
        {
            image.Lose(file);
        }

        foreach (string file in older.AllFiles.Where(path => IsIn(path, part)))
        {
            image.Put(file, [.. older.Get(file)], older.Get(file).Length, number: 0);
        }

        Recovery recovery = new ImageCheck(history, random.NextUInt64()).Read(image);
        if (recovery.Refusal is { } refusal && !refusal.Message.Contains("/data/", StringComparison.Ordinal) && !refusal.Message.Contains("(shard ", StringComparison.Ordinal))
        {
            return $"an older {part} put back: refused without naming a file, folder or shard: {refusal.Message}";
        }

        // That a log lost its end cannot be told on one node after a crash; its other nodes remember.
        return Judge(recovery, at, part == "/data/log" ? 0 : int.MaxValue, $"an older {part[6..]}", $"an older {part} put back");
    }

    private static bool IsIn(string path, string part) => path == part || path.StartsWith(part + "/", StringComparison.Ordinal);

    private static bool IsFrameOrHeader(ReadOnlySpan<byte> bytes) => bytes.StartsWith("NFRM"u8) || bytes.StartsWith("NACRELOG"u8);

    private static bool Names(string message, string file) =>
        message.Contains(Path.GetFileName(file), StringComparison.Ordinal) || message.Contains(Path.GetDirectoryName(file)!, StringComparison.Ordinal);

    private string? Judge(Recovery recovery, int at, int lostFrom, string kind, string what)
    {
        if (recovery.Refusal is { } refusal)
        {
            Probes[$"{kind}: refused"] = Probes.GetValueOrDefault($"{kind}: refused") + 1;
            return refusal.Code is ErrorCode.Corrupt or ErrorCode.Unsupported or ErrorCode.RootKeyWrong or ErrorCode.NotFound
                ? recovery.Wrong is null ? null : $"{what}: {recovery.Wrong}"
                : $"{what}: refused as {refusal.Code}: {refusal.Message}";
        }

        Probes[$"{kind}: right"] = Probes.GetValueOrDefault($"{kind}: right") + 1;
        return recovery.Judge(history, at, lostFrom) is { } wrong ? $"{what}: {wrong}" : null;
    }
}
