namespace Nacre.Server.Pipeline;

/// <summary>What a request is about, by name.</summary>
/// <param name="Database">Null: the account itself.</param>
/// <param name="Container">Null: the database itself.</param>
internal readonly record struct ResourceName(string? Database, string? Container)
{
    /// <summary>The account.</summary>
    public static ResourceName Account => default;
}
