namespace Nacre.Client.Transport;

/// <summary>Names a container within the account.</summary>
internal readonly record struct ContainerName(string Database, string Container);
