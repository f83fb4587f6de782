namespace Nacre.Client;

/// <summary>What a bulk write does with items that are there already.</summary>
public enum BulkMode
{
    /// <summary>Replaces them.</summary>
    Upsert = 0,

    /// <summary>Leaves them; the result is <see cref="NacreErrorCode.AlreadyExists"/>.</summary>
    Create = 1,
}
