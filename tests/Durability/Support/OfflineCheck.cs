using Nacre.Core.Errors;
using Nacre.Server.DataFolder;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>The offline check of the simulated node's data folder, as <c>nacre verify</c> makes it.</summary>
internal static class OfflineCheck
{
    /// <returns>What is wrong, with file and place; empty for a sound folder.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(SimulatedFileSystem disk)
    {
        Result<FolderVerification> verified = await FolderVerifier.VerifyAsync(
            SimulatedNode.Options, SimulatedNode.EnvironmentOver(disk), progress: null, default);
        return verified.IsOk
            ? [.. verified.Value.Findings.Where(finding => finding.IsDamage).Select(finding => finding.ToString())]
            : [verified.Error.Message];
    }
}
