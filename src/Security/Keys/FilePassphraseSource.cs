using System.Security.Cryptography;
using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>
/// Reads the passphrase from a file: what <c>NACRE_ROOT_PASSPHRASE_FILE</c> names, or a credential of the service
/// manager. One line end at its end is not part of it.
/// </summary>
/// <param name="path">The file.</param>
public sealed class FilePassphraseSource(string path) : IPassphraseSource
{
    /// <summary>More than this is not a passphrase but a wrong file.</summary>
    private const int MaxBytes = 4096;

    /// <inheritdoc/>
    public Result<SecretBytes> Read(string purpose, bool isNew)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes + 1];
        try
        {
            int length;
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
            {
                length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            }

            if (length > MaxBytes)
            {
                return Unavailable($"The passphrase file {path} is longer than {MaxBytes} bytes. Name the file that holds the passphrase of {purpose}.");
            }

            ReadOnlySpan<byte> text = buffer[..length];
            text = text.EndsWith("\n"u8) ? text[..^1] : text;
            text = text.EndsWith("\r"u8) ? text[..^1] : text;
            return text.IsEmpty
                ? Unavailable($"The passphrase file {path} is empty. Put the passphrase of {purpose} into it.")
                : SecretBytes.CopyOf(text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Unavailable($"The passphrase of {purpose} cannot be read from {path}: {fault.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static NacreError Unavailable(string message) => new(ErrorCode.RootKeyUnavailable, message);
}
