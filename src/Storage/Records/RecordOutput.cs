namespace Nacre.Storage.Records;

/// <summary>Where a read leaves a record: a buffer rented from the shared pool.</summary>
internal struct RecordOutput
{
    /// <summary>Null until a record was found.</summary>
    public byte[]? Rented;

    /// <summary>Bytes of the record.</summary>
    public int Length;
}
