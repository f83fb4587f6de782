namespace Nacre.Storage.Devices;

/// <summary>What a block log holds. Numbers are part of the format.</summary>
internal enum BlockLogKind : uint
{
    /// <summary>Item records.</summary>
    Items = 1,

    /// <summary>Tree nodes.</summary>
    Nodes = 2,

    /// <summary>A checkpoint of the item records' hash index.</summary>
    ItemsIndex = 3,

    /// <summary>A checkpoint of the tree nodes' hash index.</summary>
    NodesIndex = 4,
}
