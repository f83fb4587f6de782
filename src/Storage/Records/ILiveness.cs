namespace Nacre.Storage.Records;

/// <summary>Tells compaction which records are still wanted.</summary>
/// <remarks>Called on the applier's turn.</remarks>
internal interface ILiveness
{
    /// <summary>True unless no current or retained state refers to the record.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">The record's bytes.</param>
    bool IsLive(RecordKey key, ReadOnlySpan<byte> value);
}
