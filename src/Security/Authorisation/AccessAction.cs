namespace Nacre.Security.Authorisation;

/// <summary>What a method does and who may ask for it. The server's command table has one for each method.</summary>
/// <param name="Resource">What it touches.</param>
/// <param name="Mode">Whether it changes it.</param>
/// <param name="Callers">Who may ask.</param>
public readonly record struct AccessAction(ResourceKind Resource, AccessMode Mode, Callers Callers);
