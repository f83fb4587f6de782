using System.Globalization;
using Nacre.Core.Errors;

namespace Nacre.Core.Control;

/// <summary>How a node's addresses are written, so that two that are the same read the same.</summary>
/// <remarks>Pure text: no name is looked up. Letters of a host are lower-case.</remarks>
public static class NodeEndpoints
{
    /// <summary>Longest address, with its scheme.</summary>
    public const int MaxLength = 300;

    private const string Scheme = "https://";

    /// <summary>Checks where other nodes reach a node.</summary>
    /// <param name="endpoint">Any text.</param>
    /// <returns>Null for <c>HOST:PORT</c> or <c>[ADDRESS]:PORT</c> with a port from 1 to 65,535; else Malformed.</returns>
    public static NacreError? CheckPeer(string endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return IsHostAndPort(endpoint)
            ? null
            : new NacreError(ErrorCode.Malformed, "A node's address for other nodes is HOST:PORT, in lower case, with a port from 1 to 65535.");
    }

    /// <summary>Checks where clients reach a node.</summary>
    /// <param name="endpoint">Any text.</param>
    /// <returns>Null for <c>https://HOST:PORT</c> and nothing behind it; else Malformed.</returns>
    public static NacreError? CheckClient(string endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.StartsWith(Scheme, StringComparison.Ordinal) && IsHostAndPort(endpoint[Scheme.Length..])
            ? null
            : new NacreError(ErrorCode.Malformed, "A node's address for clients is https://HOST:PORT, in lower case, with a port from 1 to 65535.");
    }

    private static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 1 || text.Length > MaxLength - Scheme.Length)
        {
            return false;
        }

        ReadOnlySpan<char> port = text.AsSpan(colon + 1);
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number == 0 || port[0] == '0')
        {
            return false;
        }

        ReadOnlySpan<char> host = text.AsSpan(0, colon);
        bool isBracketed = host is ['[', _, .., ']'];
        foreach (char character in isBracketed ? host[1..^1] : host)
        {
            if (!(char.IsAsciiDigit(character) || char.IsAsciiLetterLower(character) || character is '.' or '-' or '_' ||
                    (isBracketed && character is ':' or '%')))
            {
                return false;
            }
        }

        return true;
    }
}
