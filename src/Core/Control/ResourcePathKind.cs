namespace Nacre.Core.Control;

/// <summary>What a <see cref="ResourcePath"/> leads to.</summary>
public enum ResourcePathKind : byte
{
    /// <summary><c>dbs/DB/colls/C</c>: a container, or a part of it by partition key.</summary>
    Container = 1,

    /// <summary><c>…/docs/ID</c>: an item.</summary>
    Item = 2,

    /// <summary><c>…/docs/ID/attachments/ID</c>: an attachment of an item.</summary>
    Attachment = 3,

    /// <summary><c>…/sprocs/ID</c>: a stored procedure.</summary>
    StoredProcedure = 4,

    /// <summary><c>…/triggers/ID</c>: a trigger.</summary>
    Trigger = 5,

    /// <summary><c>…/udfs/ID</c>: a user-defined function.</summary>
    UserDefinedFunction = 6,
}
