using Nacre.Core.Files;
using Nacre.Core.Keys;

namespace Nacre.Storage.SharedLog;

/// <summary>Checks a log that is not open: every header, frame, tag and padding byte, and that nothing is missing.</summary>
public static class LogVerifier
{
    /// <summary>Reads the whole log of a folder; changes nothing.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The log's folder.</param>
    /// <param name="keys">The keys of all its domains.</param>
    /// <param name="expectedEnd">
    /// Where the log ended at the last clean stop, if the node keeps that elsewhere and was not started since. Without
    /// it a log that lost its last segments, or was put back as a whole, cannot be told from one that ended there.
    /// </param>
    /// <returns>The findings. Throws <see cref="StorageFaultException"/> when the disk refuses a read.</returns>
    public static LogVerification Verify(IFileSystem files, string directory, IDataKeys keys, LogEnd? expectedEnd = null)
    {
        LogScan scan = LogScan.Run(files, directory, keys, expectedEnd);
        scan.Close();
        return new LogVerification(
            scan.Findings, scan.IsCleanStop, scan.TailCut, scan.End, scan.Chain.Count, scan.Frames, scan.UnreadableSections,
            scan.Shards.ToDictionary(pair => pair.Key, pair => pair.Value.State));
    }
}
