namespace Nacre.Cli.Output;

/// <summary>A root key that was made: where, and its name, which is no secret.</summary>
internal sealed record CreatedRootKey(string File, string KeyId);
