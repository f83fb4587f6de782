using Nacre.Storage;

namespace Nacre.Cli.Output;

/// <summary>What <c>nacre verify</c> found.</summary>
/// <param name="IsSound">True when nothing is damaged.</param>
/// <param name="StoppedCleanly">True when the folder was closed in order, so that everything in it can be proved.</param>
/// <param name="Damage">What must not be.</param>
/// <param name="Notes">What a crash left, and what cannot be told.</param>
/// <param name="Files">Files in the folder.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Frames">Whole frames of the log.</param>
/// <param name="Entries">Entries in the log.</param>
/// <param name="Blocks">Blocks of the stores.</param>
/// <param name="Documents">Documents in the newest checkpoints.</param>
/// <param name="DocumentBytes">Their bytes of JSON.</param>
/// <param name="IndexEntries">Entries of the indexes.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record VerifySummary(
    bool IsSound, bool StoppedCleanly, IReadOnlyList<VerifyFinding> Damage, IReadOnlyList<VerifyFinding> Notes,
    int Files, long Bytes, long Frames, long Entries, long Blocks, long Documents, long DocumentBytes, long IndexEntries,
    double Seconds);

/// <summary>One finding.</summary>
/// <param name="File">Path of the file or folder.</param>
/// <param name="Place">Where in it.</param>
/// <param name="What">What was found there.</param>
internal sealed record VerifyFinding(string File, string Place, string What)
{
    /// <summary>Takes one over.</summary>
    public static VerifyFinding Of(StorageFinding finding) => new(finding.File, finding.Place, finding.What);
}
