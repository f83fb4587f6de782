namespace Nacre.Security.Authorisation;

/// <summary>What a method does. The server's command table names one for each method.</summary>
/// <param name="Resource">What it touches.</param>
/// <param name="Mode">Whether it changes it.</param>
public readonly record struct AccessAction(ResourceKind Resource, AccessMode Mode);
