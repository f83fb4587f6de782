using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Files;

namespace Nacre.Storage.Trees;

/// <summary>Throws for tree nodes that are missing or make no sense.</summary>
internal static class TreeFaults
{
    /// <summary>Throws <see cref="StorageFaultException"/> of kind <see cref="StorageFaultKind.Corrupt"/>.</summary>
    [DoesNotReturn]
    public static void ThrowCorrupt(TreeId tree, ulong number, string detail) =>
        throw new StorageFaultException(StorageFaultKind.Corrupt, $"tree {tree}", $"node {number}", detail);
}
