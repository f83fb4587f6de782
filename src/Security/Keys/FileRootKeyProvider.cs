using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>
/// Keeps the root key in a file sealed under a passphrase. The file is made at the first start, when there is no key
/// ring yet; it belongs on another medium than the data, or at least in another folder.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="passphrase">Asked at each opening.</param>
/// <param name="files">The file system.</param>
/// <param name="time">Stamps the file.</param>
/// <param name="random">Draws keys, salts and nonces; cryptographic in the product.</param>
/// <remarks>
/// A rotation goes <see cref="StageNext"/>, <see cref="KeyRing.RotateRootKey"/>, <see cref="PromoteNext"/>. A crash
/// between any two of them leaves both keys on disk, and <see cref="Open"/> takes the one that the ring names.
/// Not thread-safe.
/// </remarks>
public sealed class FileRootKeyProvider(
    string path, IPassphraseSource passphrase, IFileSystem files, TimeProvider time, IRandomSource random) : IRootKeyProvider
{
    private readonly string _nextPath = path + ".next";

    /// <inheritdoc/>
    public string Name => $"file:{path}";

    /// <summary>What guessing the passphrase of files written from now on costs.</summary>
    public Argon2Cost Cost { get; init; } = Argon2Cost.Default;

    /// <inheritdoc/>
    public Result<RootKey> Open(RootKeyId? expected)
    {
        if (expected is null && !files.FileExists(path))
        {
            return Seal(RootKey.Draw(random), path);
        }

        Result<byte[]> file = Read(path);
        if (!file.IsOk)
        {
            return file.Error;
        }

        Result<RootKeyId> id = SealedRootKeyFile.ReadId(path, file.Value);
        if (!id.IsOk)
        {
            return id.Error;
        }

        if (expected is not null && id.Value != expected)
        {
            return OpenNext(expected.Value) ?? RootKeyErrors.Wrong(Name, id.Value, expected.Value);
        }

        return Unseal(path, file.Value);
    }

    /// <summary>Draws the next root key and keeps it, sealed and durable, beside the present one.</summary>
    /// <param name="present">
    /// The key that the ring is sealed under now. Where a rotation before this one was left unfinished it is the staged
    /// one, and is put in its place first: it must never be overwritten.
    /// </param>
    /// <returns>
    /// The key; the caller disposes it. Error: <see cref="ErrorCode.RootKeyUnavailable"/> without a passphrase, or with a weak one.
    /// </returns>
    public Result<RootKey> StageNext(RootKeyId present)
    {
        if (ReadStaged(present) is not null)
        {
            PromoteNext();
        }

        return Seal(RootKey.Draw(random), _nextPath);
    }

    /// <summary>Puts the staged key in the present one's place, once the ring is sealed under it.</summary>
    public void PromoteNext()
    {
        files.Rename(_nextPath, path);
        files.SyncDirectory(AtomicFile.DirectoryOf(path));
    }

    /// <summary>Seals the same root key under another passphrase.</summary>
    /// <param name="next">Gives the new passphrase.</param>
    /// <returns>Errors: those of <see cref="Open"/>; <see cref="ErrorCode.RootKeyUnavailable"/> where the new one is weak.</returns>
    public Result<Unit> ChangePassphrase(IPassphraseSource next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Result<byte[]> file = Read(path);
        if (!file.IsOk)
        {
            return file.Error;
        }

        Result<RootKey> opened = Unseal(path, file.Value);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using RootKey key = opened.Value;
        Result<SecretBytes> phrase = ReadNew(next);
        if (!phrase.IsOk)
        {
            return phrase.Error;
        }

        using SecretBytes secret = phrase.Value;
        AtomicFile.Replace(files, path, SealedRootKeyFile.Encode(key, secret.Span, Cost, time, random));
        return Unit.Value;
    }

    private string Purpose => $"the root key {path}";

    /// <summary>Finishes a rotation that was cut off after the ring was sealed under the staged key.</summary>
    private Result<RootKey>? OpenNext(RootKeyId expected)
    {
        if (ReadStaged(expected) is not { } file)
        {
            return null;
        }

        Result<RootKey> opened = Unseal(_nextPath, file);
        if (opened.IsOk)
        {
            PromoteNext();
        }

        return opened;
    }

    /// <summary>The staged file when it holds this key, or null.</summary>
    private byte[]? ReadStaged(RootKeyId id)
    {
        if (!files.FileExists(_nextPath))
        {
            return null;
        }

        Result<byte[]> file = Read(_nextPath);
        return file.IsOk && SealedRootKeyFile.ReadId(_nextPath, file.Value) is { IsOk: true } staged && staged.Value == id
            ? file.Value
            : null;
    }

    private Result<byte[]> Read(string from)
    {
        if (!files.FileExists(from))
        {
            return new NacreError(ErrorCode.RootKeyUnavailable, $"The root key {from} is not there. Mount or put back the file that this data folder was made with.");
        }

        try
        {
            // A longer file is no root key, and is refused like an empty one.
            return AtomicFile.Read(files, from, maxBytes: 64 * 1024) ?? [];
        }
        catch (StorageFaultException fault)
        {
            return new NacreError(ErrorCode.RootKeyUnavailable, $"The root key {from} cannot be read: {fault.Message}");
        }
    }

    private Result<RootKey> Unseal(string from, ReadOnlySpan<byte> file)
    {
        Result<SecretBytes> phrase = passphrase.Read(Purpose, isNew: false);
        if (!phrase.IsOk)
        {
            return phrase.Error;
        }

        using SecretBytes secret = phrase.Value;
        return SealedRootKeyFile.Decode(from, file, secret.Span);
    }

    /// <summary>A passphrase to seal with, held to the rules.</summary>
    private Result<SecretBytes> ReadNew(IPassphraseSource source)
    {
        Result<SecretBytes> phrase = source.Read(Purpose, isNew: true);
        if (!phrase.IsOk || PassphraseRules.Check(phrase.Value.Span) is not { IsOk: false } refused)
        {
            return phrase;
        }

        phrase.Value.Dispose();
        return refused.Error;
    }

    private Result<RootKey> Seal(RootKey key, string to)
    {
        Invariant.Check(Cost.IsValid);
        Result<SecretBytes> phrase = ReadNew(passphrase);
        if (!phrase.IsOk)
        {
            key.Dispose();
            return phrase.Error;
        }

        using SecretBytes secret = phrase.Value;
        byte[] file = SealedRootKeyFile.Encode(key, secret.Span, Cost, time, random);
        files.CreateDirectory(AtomicFile.DirectoryOf(to));
        AtomicFile.Replace(files, to, file);
        return key;
    }
}
