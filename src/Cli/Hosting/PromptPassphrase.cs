using System.Security.Cryptography;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Security.Keys;

namespace Nacre.Cli.Hosting;

/// <summary>Asks a person at the terminal for a passphrase, without showing it.</summary>
internal sealed class PromptPassphrase(Terminal terminal) : IPassphraseSource
{
    private const int MaxLength = 1024;

    /// <inheritdoc/>
    public Result<SecretBytes> Read(string purpose, bool isNew)
    {
        Result<SecretBytes> first = Ask($"{(isNew ? "Choose a passphrase" : "Passphrase")} for {purpose}: ");
        if (!isNew || !first.IsOk)
        {
            return first;
        }

        Result<SecretBytes> second = Ask("Once more: ");
        if (!second.IsOk)
        {
            first.Value.Dispose();
            return second;
        }

        using SecretBytes again = second.Value;
        if (CryptographicOperations.FixedTimeEquals(first.Value.Span, again.Span))
        {
            return first;
        }

        first.Value.Dispose();
        return new NacreError(ErrorCode.RootKeyUnavailable, "The two passphrases differ.");
    }

    private Result<SecretBytes> Ask(string question)
    {
        terminal.Error.Write(question);
        char[] typed = new char[MaxLength];
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(MaxLength)];
        int length = 0;
        try
        {
            while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            {
                if (key.Key is ConsoleKey.Backspace)
                {
                    length = Math.Max(0, length - 1);
                }
                else if (key.KeyChar != 0 && length < MaxLength)
                {
                    typed[length++] = key.KeyChar;
                }
            }

            terminal.Error.WriteLine();
            int count = Encoding.UTF8.GetBytes(typed, 0, length, bytes, 0);
            return count > 0
                ? SecretBytes.CopyOf(bytes.AsSpan(0, count))
                : new NacreError(ErrorCode.RootKeyUnavailable, "A passphrase has at least one character.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(typed);
        }
    }
}
