namespace Nacre.Durability.Tests.Support;

/// <summary>What a write to a data folder consists of. Those up to <see cref="CertificateAuthority"/> are sealed with AES-GCM; the rest holds no ciphertext.</summary>
internal enum NonceLedgerKind
{
    /// <summary>Header of a log segment: a tag over clear bytes.</summary>
    LogSegment,

    /// <summary>Header of a frame: a tag over clear bytes.</summary>
    LogFrame,

    /// <summary>A section of a frame.</summary>
    LogSection,

    /// <summary>A block of item records.</summary>
    ItemBlock,

    /// <summary>A block of tree nodes.</summary>
    NodeBlock,

    /// <summary>A block of a checkpoint of the items' hash index.</summary>
    ItemIndexBlock,

    /// <summary>A block of a checkpoint of the nodes' hash index.</summary>
    NodeIndexBlock,

    /// <summary>A shard's manifest.</summary>
    Manifest,

    /// <summary>A checkpoint of the control shard.</summary>
    ControlCheckpoint,

    /// <summary>The key ring's body.</summary>
    KeyRing,

    /// <summary>A domain's key in the ring.</summary>
    DomainKey,

    /// <summary>A data key in the ring.</summary>
    DataKey,

    /// <summary>An account key, within the catalogue or a command to it.</summary>
    AccountKey,

    /// <summary>A token key, within the catalogue or a command to it.</summary>
    TokenKey,

    /// <summary>The certificate authority's key.</summary>
    CertificateAuthority,

    /// <summary>Zeros written ahead in a log segment.</summary>
    LogPadding,

    /// <summary>Header of a store's segment file: compared byte by byte by its readers, without a tag.</summary>
    StoreSegmentHeader,

    /// <summary>Tags of a group of blocks: epochs, counters and tags, each checked against its block.</summary>
    TagSector,

    /// <summary>Hashes of tag sectors, each checked.</summary>
    SealSector,

    /// <summary>The node file; ends with its own SHA-256, which is checked.</summary>
    NodeFile,

    /// <summary>The certificate authority's certificate, for everybody to read.</summary>
    Certificate,
}
