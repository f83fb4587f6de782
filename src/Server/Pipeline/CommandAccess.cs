namespace Nacre.Server.Pipeline;

/// <summary>What a command does to what it is about.</summary>
internal enum CommandAccess : byte
{
    /// <summary>Looks.</summary>
    Read = 0,

    /// <summary>Changes.</summary>
    Write = 1,
}
