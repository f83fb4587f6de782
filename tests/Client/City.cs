namespace Nacre.Client.Tests;

/// <summary>A typed item.</summary>
internal sealed record City(string Id, string Country, string Name);
