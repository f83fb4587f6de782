using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Security.Authentication;

/// <summary>
/// The names by which clients reach this server. A request is signed for the host and port that its client dialled;
/// one signed for another server is refused here, even where both know the same keys.
/// </summary>
/// <remarks>
/// Thread-safe. By default the names are those of the server's certificate: a client that checks certificates can have
/// dialled no other.
/// </remarks>
public sealed class AudienceNames
{
    private static readonly SearchValues<byte> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]"u8);

    private byte[][] _names;

    /// <summary>Sets the names.</summary>
    /// <param name="names">As for <see cref="Replace"/>.</param>
    public AudienceNames(IEnumerable<string> names) => _names = [.. names.Select(Normalise)];

    /// <summary>Sets other names, as when a certificate was replaced.</summary>
    /// <param name="names">
    /// Host names and addresses, each with a port or, for any port, without; <c>*.</c> at the front stands for one label.
    /// </param>
    public void Replace(IEnumerable<string> names) => Volatile.Write(ref _names, [.. names.Select(Normalise)]);

    /// <summary>True when <paramref name="audience"/> is one of the names.</summary>
    /// <param name="audience">Host and port, as <see cref="IsWellFormed"/> accepts them.</param>
    internal bool Contains(ReadOnlySpan<byte> audience)
    {
        ReadOnlySpan<byte> host = audience[..audience.LastIndexOf((byte)':')];
        foreach (byte[] name in Volatile.Read(ref _names))
        {
            if (audience.SequenceEqual(name) || host.SequenceEqual(name) || MatchesWildcard(name, audience) || MatchesWildcard(name, host))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for a lower-case host (an IPv6 address in brackets), a colon, and a port without leading zeros.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> audience)
    {
        int colon = audience.LastIndexOf((byte)':');
        if (colon < 1 || audience.Length > CredentialText.MaxAudienceLength || audience.ContainsAnyExcept(HostCharacters))
        {
            return false;
        }

        ReadOnlySpan<byte> host = audience[..colon];
        ReadOnlySpan<byte> port = audience[(colon + 1)..];
        bool bracketed = host[0] == (byte)'[' && host[^1] == (byte)']' && host[1..^1].IndexOfAny((byte)'[', (byte)']') < 0;
        bool plain = host.IndexOfAny((byte)'[', (byte)']', (byte)':') < 0;
        return (bracketed || plain)
            && port.Length is >= 1 and <= 5 && port[0] != (byte)'0' && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool MatchesWildcard(ReadOnlySpan<byte> name, ReadOnlySpan<byte> host)
    {
        int dot = host.IndexOf((byte)'.');
        return dot > 0 && name.StartsWith("*."u8) && host[dot..].SequenceEqual(name[1..]);
    }

    private static byte[] Normalise(string name)
    {
        // The parser reads "[::1]:8081" too, and would drop the port.
        string text = !name.StartsWith('[') && IPAddress.TryParse(name, out IPAddress? address)
            ? address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString()
            : name;
        return Encoding.ASCII.GetBytes(text.ToLowerInvariant());
    }
}
