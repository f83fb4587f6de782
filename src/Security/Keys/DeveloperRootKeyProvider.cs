using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>
/// For trying things out: a random root key in a file of mode 0600 in the user's configuration folder, never beside
/// the data, made when it is first needed. Whoever reads the user's files reads the key.
/// </summary>
/// <param name="path">The file; <see cref="DefaultPath"/> in the product.</param>
/// <param name="dataFolder">The data folder, which must not hold the key.</param>
/// <param name="files">The file system.</param>
/// <param name="random">Draws the key; cryptographic in the product.</param>
public sealed class DeveloperRootKeyProvider(string path, string dataFolder, IFileSystem files, IRandomSource random) : IRootKeyProvider
{
    /// <summary>32 bytes in base64 and a line end.</summary>
    private const int FileBytes = 45;

    /// <summary><c>nacre/dev-root.key</c> in the user's configuration folder (<c>$XDG_CONFIG_HOME</c>, or <c>~/.config</c>).</summary>
    public static string DefaultPath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "nacre",
        "dev-root.key");

    /// <inheritdoc/>
    public string Name => $"dev:{path}";

    /// <inheritdoc/>
    public Result<RootKey> Open(RootKeyId? expected)
    {
        if (LiesBesideTheData())
        {
            return Unavailable($"The development root key {path} would lie in the data folder {dataFolder}. Name another data folder, or give a root key with --root-key.");
        }

        if (!files.FileExists(path))
        {
            return expected is null
                ? Make()
                : Unavailable($"The development root key {path} is gone, and this data folder cannot be opened without it.");
        }

        if (IsOpenToOthers())
        {
            return Unavailable($"Others may read the development root key {path}. Run: chmod 600 {path}");
        }

        Result<RootKey> opened = Read();
        if (opened.IsOk && expected is not null && opened.Value.Id != expected)
        {
            RootKeyId found = opened.Value.Id;
            opened.Value.Dispose();
            return RootKeyErrors.Wrong(Name, found, expected.Value);
        }

        return opened;
    }

    private static NacreError Unavailable(string message) => new(ErrorCode.RootKeyUnavailable, message);

    private bool LiesBesideTheData()
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder)) + Path.DirectorySeparatorChar;
        return Path.GetFullPath(path).StartsWith(folder, StringComparison.Ordinal);
    }

    // The file port makes files with mode 0600 and does not tell modes; what became of the real file since, the
    // kernel says.
    private bool IsOpenToOthers()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & others) != 0;
    }

    private Result<RootKey> Make()
    {
        RootKey key = RootKey.Draw(random);
        byte[] text = GC.AllocateArray<byte>(FileBytes, pinned: true);
        System.Buffers.Text.Base64.EncodeToUtf8(key.Bytes, text, out _, out _);
        text[^1] = (byte)'\n';
        files.CreateDirectory(AtomicFile.DirectoryOf(path));
        AtomicFile.Replace(files, path, text);
        CryptographicOperations.ZeroMemory(text);
        return key;
    }

    private Result<RootKey> Read()
    {
        byte[]? text = AtomicFile.Read(files, path, maxBytes: 2 * FileBytes);
        Span<byte> key = stackalloc byte[RootKey.SizeBytes + 1];
        try
        {
            ReadOnlySpan<byte> line = text.AsSpan().TrimEnd("\r\n"u8);
            bool decoded = System.Buffers.Text.Base64.DecodeFromUtf8(line, key, out _, out int length) == System.Buffers.OperationStatus.Done;
            return decoded && length == RootKey.SizeBytes
                ? RootKey.CopyOf(key[..RootKey.SizeBytes])
                : new NacreError(ErrorCode.Corrupt, $"The development root key {path} does not hold 32 bytes in base64. Put back a copy; without it the data folders made with it cannot be opened.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(text);
        }
    }
}
