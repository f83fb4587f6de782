using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.Time;
using Nacre.Storage.Files;
using Nacre.Storage.SharedLog;

namespace Nacre.Micro.SharedLog;

/// <summary>
/// What the log adds to the disk: appends of 1 KB, alone and from 64 callers at once, between rounds of plain
/// overwrite + fdatasync of as many bytes in the same folder. One run, interleaved, percentiles of all rounds.
/// Then how long a log of 256 MiB takes to open and to read.
/// </summary>
internal static class LogLatency
{
    private const int Rounds = 8;
    private const int EntryBytes = 1024;
    private const int Alone = 500;
    private const int Turn = 5;
    private const int Together = 400;
    private const int Callers = 64;

    public static async Task RunAsync(string directory)
    {
        PosixFileSystem files = PosixFileSystem.Instance;
        files.DeleteDirectory(directory);
        files.CreateDirectory(directory);
        var options = new SegmentedLogOptions { Directory = Path.Combine(directory, "log"), InitialSegmentBytes = 64 << 20 };
        await using SegmentedLog log = Open(options, files);
        var raw = new RawFile(files, Path.Combine(directory, "raw"));
        var appender = new Appender(log, shard: 1);

        var rawAlone = new Series("overwrite + fdatasync of 4 KiB");
        var logAlone = new Series("lone append of 1 KB");
        var rawTogether = new Series("overwrite + fdatasync of 72 KiB");
        var logTogether = new Series("append of 1 KB, 64 callers");
        for (int round = 0; round <= Rounds; round++)
        {
            bool isWarmUp = round == 0;
            // In short turns: a shared disk has its moods, and both shall see the same ones.
            for (int turn = 0; turn < Alone / Turn; turn++)
            {
                rawAlone.Take(isWarmUp, () => raw.Repeat(Turn, 4096, rawAlone));
                await logAlone.TakeAsync(isWarmUp, () => appender.RepeatAsync(Turn, EntryBytes, logAlone));
            }

            rawTogether.Take(isWarmUp, () => raw.Repeat(Turn * 10, 72 << 10, rawTogether));
            await logTogether.TakeAsync(isWarmUp, () => Task.WhenAll(Enumerable.Range(2, Callers).Select(
                caller => new Appender(log, (uint)((round * Callers) + caller)).RepeatAsync(Together, EntryBytes, logTogether))));
        }

        Console.WriteLine($"{"",-34} {"p50 µs",9} {"p99 µs",9} {"per s",9} {"cpu µs",9}");
        foreach (Series series in (Series[])[rawAlone, logAlone, rawTogether, logTogether])
        {
            series.Print();
        }

        await RecoverAsync(options with { Directory = Path.Combine(directory, "recovery") }, files);
    }

    private static async Task RecoverAsync(SegmentedLogOptions options, PosixFileSystem files)
    {
        const int Appends = 4096;
        const int Entries = 64;
        await using (SegmentedLog log = Open(options, files))
        {
            var appender = new Appender(log, shard: 1);
            await appender.FillAsync(Appends, Entries, EntryBytes);
        }

        var opening = new Phase();
        await using SegmentedLog again = Open(options, files);
        opening.Print("open a log of 256 MiB");
        var reading = new Phase();
        var next = new LogIndex(1);
        while (await again.ReadAsync(new ShardId(1), next, 4 << 20, CancellationToken.None) is { Count: > 0 } records)
        {
            next = records[^1].Index.Next;
        }

        reading.Print("read it");
    }

    private static SegmentedLog Open(SegmentedLogOptions options, PosixFileSystem files) =>
        SegmentedLog.Open(options, files, new FixedKeys(), CryptographicRandom.Instance, TimeProvider.System);

    /// <summary>One caller of the log: appends, waits for the flush, appends again.</summary>
    private sealed class Appender(SegmentedLog log, uint shard) : ILogSink
    {
        private ulong _index;
        private long _start;
        private Series? _series;
        private TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Flushed(LogAppend append)
        {
            // Until the sink is told: what follows, waking a pool thread, is not the log's.
            _series?.Add(Stopwatch.GetElapsedTime(_start));
            _flushed.SetResult();
        }

        public void Rejected(LogAppend append, ErrorCode reason) =>
            _flushed.SetException(new InvalidOperationException(reason.ToString()));

        public async Task RepeatAsync(int count, int bytes, Series series)
        {
            _series = series;
            await FillAsync(count, entries: 1, bytes);
            log.Release(new ShardId(shard), new LogIndex(_index));
        }

        public async Task FillAsync(int appends, int entries, int bytes)
        {
            byte[] entry = new byte[bytes];
            for (int i = 0; i < appends; i++)
            {
                _start = Stopwatch.GetTimestamp();
                _flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var records = new LogRecord[entries];
                for (int k = 0; k < entries; k++)
                {
                    records[k] = new LogRecord(new LogIndex(++_index), new Term(1), entry);
                }

                await log.AppendAsync(
                    new LogAppend(new ShardId(shard), KeyDomainId.Shared, null, records, this), CancellationToken.None);
                await _flushed.Task;
            }
        }
    }

    /// <summary>A file written over again and again, as the log's segments are.</summary>
    private sealed class RawFile
    {
        private const int Bytes = 64 << 20;
        private readonly IStorageFile _file;
        private long _position;

        public RawFile(PosixFileSystem files, string path)
        {
            _file = files.Open(path, StorageFileMode.New);
            _file.Allocate(Bytes);
            byte[] zeros = new byte[1 << 20];
            for (long at = 0; at < Bytes; at += zeros.Length)
            {
                _file.Write(at, zeros);
            }

            _file.Flush();
        }

        public void Repeat(int count, int bytes, Series series)
        {
            byte[] block = new byte[bytes];
            RandomNumberGenerator.Fill(block);
            for (int i = 0; i < count; i++)
            {
                _position = _position + bytes <= Bytes ? _position : 0;
                long start = Stopwatch.GetTimestamp();
                _file.Write(_position, block);
                _file.Flush();
                series.Add(Stopwatch.GetElapsedTime(start));
                _position += bytes;
            }
        }
    }

    /// <summary>A stretch of work that is timed once.</summary>
    private sealed class Phase
    {
        private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Print(string name) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-34} {Stopwatch.GetElapsedTime(_start).TotalMilliseconds:F0} ms, processor {(Environment.CpuUsage.TotalTime - _processor).TotalMilliseconds:F0} ms"));
    }

    /// <summary>Latencies, and what time and processor the rounds took.</summary>
    private sealed class Series(string name)
    {
        private readonly List<double> _microseconds = [];
        private readonly Lock _lock = new();
        private TimeSpan _wall;
        private TimeSpan _processor;

        public void Add(TimeSpan latency)
        {
            lock (_lock)
            {
                _microseconds.Add(latency.TotalMicroseconds);
            }
        }

        public void Take(bool isWarmUp, Action round) => TakeAsync(isWarmUp, () =>
        {
            round();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

        public async Task TakeAsync(bool isWarmUp, Func<Task> round)
        {
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            await round();
            if (isWarmUp)
            {
                _microseconds.Clear();
                return;
            }

            _wall += Stopwatch.GetElapsedTime(start);
            _processor += Environment.CpuUsage.TotalTime - processor;
        }

        public void Print()
        {
            _microseconds.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-34} {At(0.5),9:F0} {At(0.99),9:F0} {_microseconds.Count / _wall.TotalSeconds,9:F0} {_processor.TotalMicroseconds / _microseconds.Count,9:F1}"));
        }

        private double At(double quantile) => _microseconds[(int)(quantile * (_microseconds.Count - 1))];
    }

    private sealed class FixedKeys : IDataKeys
    {
        public DataKeyId Current(KeyDomainId domain) => new(1);

        public bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived)
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, new byte[32], derived, [], context);
            return true;
        }
    }
}
