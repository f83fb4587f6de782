namespace Nacre.Storage.Records;

/// <summary>
/// How FASTER lays a record out in the log: 8 bytes header, 16 key, 4 length, value, zeros up to a multiple of 8.
/// </summary>
internal static class RecordLayout
{
    /// <summary>Bytes before the value.</summary>
    public const int OverheadBytes = 8 + RecordKey.SizeBytes + sizeof(int);

    /// <summary>The address of the first record of a log.</summary>
    public const long FirstAddress = 64;

    /// <summary>Bytes that a record takes in the log.</summary>
    public static int SizeOf(int valueBytes) => (OverheadBytes + valueBytes + 7) & ~7;
}
