using System.Globalization;
using System.Net;

namespace Nacre.Server.Hosting;

/// <summary>Where to listen, as an operator writes it.</summary>
/// <param name="Host">A host name or an address, without brackets.</param>
/// <param name="Port">0 takes a free one.</param>
internal readonly record struct ListenAddress(string Host, int Port)
{
    /// <summary>Every address of the machine, which nobody can dial as such.</summary>
    public bool IsAnywhere => IPAddress.TryParse(Host, out IPAddress? address) &&
        (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>Reads <c>HOST:PORT</c> or <c>[ADDRESS]:PORT</c>; false for anything else.</summary>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        if (colon < 1 ||
            !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) ||
            port > IPEndPoint.MaxPort)
        {
            return false;
        }

        string host = text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!bracketed && host.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        address = new ListenAddress(bracketed ? host[1..^1] : host, port);
        return true;
    }

    /// <summary>Finds the addresses to bind: one for an address, all of a name's for a name.</summary>
    public async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(Host, out IPAddress? single))
        {
            return [new IPEndPoint(single, Port)];
        }

        IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
        int port = Port;

        // A free port is one number: it cannot be taken on two addresses at once.
        return [.. addresses.Take(port == 0 ? 1 : addresses.Length).Select(address => new IPEndPoint(address, port))];
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
