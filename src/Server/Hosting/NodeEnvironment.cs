using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Time;
using Nacre.Security.Keys;
using Nacre.Server.Options;
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

    /// <summary>Opens a way to another node's address, under which TLS goes; null: TCP.</summary>
    public Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? DialNode { get; init; }

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

    /// <summary>Finds the root key's provider, for a node's start or an offline check alike.</summary>
    /// <param name="options">Name the root key, or leave it to development's.</param>
    /// <param name="directory">The data folder, beside which no root key may lie.</param>
    /// <param name="root">The provider; not asked yet.</param>
    /// <returns>Null, or RootKeyUnavailable for a reference that names nothing.</returns>
    internal NacreError? FindRootKey(NodeOptions options, string directory, out IRootKeyProvider root)
    {
        root = RootKey ?? new DeveloperRootKeyProvider(
            DeveloperRootKeyPath ?? DeveloperRootKeyProvider.DefaultPath, directory, Files, Random);
        if (RootKey is not null || options.RootKey is not { } reference)
        {
            return null;
        }

        Result<IRootKeyProvider> named = RootKeyReference.Parse(reference, Passphrase ?? NoPassphrase.Instance, Files, Time, Random);
        root = named.IsOk ? named.Value : root;
        return named.Error;
    }
}
