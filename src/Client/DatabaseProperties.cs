namespace Nacre.Client;

/// <summary>A database.</summary>
/// <param name="Name">1 to 255 bytes of UTF-8.</param>
/// <param name="Id">Never reused, not even for a database of the same name.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
/// <param name="ETag">For a conditional delete.</param>
public sealed record DatabaseProperties(string Name, ulong Id, DateTimeOffset CreatedAt, string ETag);
