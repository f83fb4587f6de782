namespace Nacre.Client;

/// <summary>A data key, without the key.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Domain">The key domain that it belongs to.</param>
/// <param name="State"><c>current</c>, <c>in use</c> or <c>retired</c>.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
public sealed record DataKeyProperties(uint Id, uint Domain, string State, DateTimeOffset CreatedAt);
