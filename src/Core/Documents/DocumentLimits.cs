namespace Nacre.Core.Documents;

/// <summary>Limits that every door enforces alike.</summary>
public static class DocumentLimits
{
    /// <summary>Longest document, in bytes of UTF-8 JSON.</summary>
    public const int MaxDocumentBytes = 2 * 1024 * 1024;

    /// <summary>Longest id, in bytes of UTF-8; ids hold no <c>/ \ ? #</c> and no control characters.</summary>
    public const int MaxIdBytes = 1023;

    /// <summary>Deepest nesting of objects and arrays.</summary>
    public const int MaxDepth = 128;

    /// <summary>Longest partition key: all components together, in bytes of UTF-8 or 8 a number.</summary>
    public const int MaxPartitionKeyBytes = 2048;

    /// <summary>Most partition key levels.</summary>
    public const int MaxPartitionKeyPaths = 3;

    /// <summary>Longest name of a database or container, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 255;
}
