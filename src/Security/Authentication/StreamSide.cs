namespace Nacre.Security.Authentication;

/// <summary>Which end of a stream somebody is.</summary>
public enum StreamSide : byte
{
    /// <summary>Opened the stream.</summary>
    Client = 0,

    /// <summary>Answered it.</summary>
    Server = 1,
}
