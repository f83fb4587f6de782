using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Files;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Storage.Files;

namespace Nacre.Server.Hosting;

/// <summary>The world around a node. The defaults are the real one; tests give another.</summary>
public sealed record NodeEnvironment
{
    /// <summary>The disk.</summary>
    public IFileSystem Files { get; init; } = PosixFileSystem.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Chance.</summary>
    public IRandomSource Random { get; init; } = CryptographicRandom.Instance;

    /// <summary>Where the node says what happens; not disposed by it.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gives the passphrase of a root key in a sealed file; null: there is none to ask.</summary>
    public IPassphraseSource? Passphrase { get; init; }

    /// <summary>Gives the root key in place of what the options name; null: what they name.</summary>
    public IRootKeyProvider? RootKey { get; init; }

    /// <summary>Reads an environment variable: those that say where metrics go.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Sizes of segments and checkpoints.</summary>
    public StorageSizes Sizes { get; init; } = new();

    /// <summary>Where a root key for development is made; null: in the user's configuration folder.</summary>
    public string? DeveloperRootKeyPath { get; init; }
}
