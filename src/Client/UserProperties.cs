namespace Nacre.Client;

/// <summary>A user of a database.</summary>
/// <param name="Database">The database.</param>
/// <param name="Name">1 to 1,023 bytes of UTF-8.</param>
/// <param name="Id">Never reused, not even for a user of the same name.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
/// <param name="ETag">For a conditional delete.</param>
public sealed record UserProperties(string Database, string Name, ulong Id, DateTimeOffset CreatedAt, string ETag);
