using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>The refusals of document reads, made once where they always say the same.</summary>
internal static class DocumentErrors
{
    /// <summary>There is no such document.</summary>
    public static NacreError NotFound { get; } = new(
        ErrorCode.NotFound, "There is no item with this id and partition key.");

    /// <summary>The shard does not own the range.</summary>
    public static NacreError RangeUnknown { get; } = new(ErrorCode.NotFound, "The shard does not own this range.");

    /// <summary>The shard does not own the range, or the range not the key.</summary>
    public static NacreError RangeMoved { get; } = new(
        ErrorCode.RangeMoved, "The range is not here; refresh the range map.");

    /// <summary>The view has outlived what it shows.</summary>
    public static NacreError ViewExpired { get; } = new(
        ErrorCode.Unavailable, "The read took so long that what it reads from was compacted away; begin it anew.");

    /// <summary>A key is no item key.</summary>
    public static NacreError KeyMalformed { get; } = new(ErrorCode.Malformed, "The item key cannot be read.");

    /// <summary>Stored bytes fail their check, or the device does not give them.</summary>
    public static NacreError Unreadable(StorageFaultException fault) =>
        new(fault.Kind == StorageFaultKind.Corrupt ? ErrorCode.Corrupt : ErrorCode.StorageFailed, fault.Message);

    /// <summary>A fault for records that do not fit together.</summary>
    public static StorageFaultException BadRecord(TabletId tablet, Lsn lsn, ushort ordinal, string detail) =>
        new(StorageFaultKind.Corrupt, "item records", $"tablet {tablet}, write {lsn}, operation {ordinal}", detail);
}
