using Nacre.Core.Errors;
using Nacre.Core.Files;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>A node that does not start, and why.</summary>
internal sealed class RefusedStartException(NacreError error) : Exception(error.Message)
{
    public NacreError Error { get; } = error;

    /// <summary>What the node would have told of a fault of the disk.</summary>
    public static RefusedStartException Of(StorageFaultException fault) => new(new NacreError(
        fault.Kind switch
        {
            StorageFaultKind.Corrupt => ErrorCode.Corrupt,
            StorageFaultKind.NoSpace => ErrorCode.DiskFull,
            _ => ErrorCode.StorageFailed,
        }, fault.Message));
}
