using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Ids;

namespace Nacre.Security.Certificates;

/// <summary>Who a node's certificate says it is.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="Node">Its id there.</param>
/// <param name="Region">Its region.</param>
public readonly record struct NodeIdentity(ClusterId Cluster, NodeId Node, RegionId Region)
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>As a URI among the certificate's names: <c>nacre://CLUSTER/node/NODE?region=REGION</c>.</summary>
    public string Uri => string.Create(CultureInfo.InvariantCulture, $"nacre://{Cluster}/node/{Node}?region={Region}");

    /// <summary>
    /// As a DNS name among the certificate's names: what a peer that dials the node has TLS check. It stands in no zone.
    /// </summary>
    public string DnsName => DnsNameOf(Cluster, Node);

    /// <summary>The name that <paramref name="node"/> is dialled by.</summary>
    public static string DnsNameOf(ClusterId cluster, NodeId node) =>
        string.Create(CultureInfo.InvariantCulture, $"node-{node}.{cluster}.nacre");

    /// <summary>Reads the identity; says nothing of who signed it.</summary>
    /// <returns>Null unless the certificate names exactly one node, in the one form that <see cref="Uri"/> gives.</returns>
    public static NodeIdentity? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
        {
            return null;
        }

        try
        {
            NodeIdentity? found = null;
            var reader = new System.Formats.Asn1.AsnReader(extension.RawData, System.Formats.Asn1.AsnEncodingRules.DER);
            System.Formats.Asn1.AsnReader names = reader.ReadSequence();
            var uriTag = new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 6);
            while (names.HasData)
            {
                if (names.PeekTag() != uriTag)
                {
                    names.ReadEncodedValue();
                }
                else if (found is not null)
                {
                    return null;
                }
                else
                {
                    found = Parse(names.ReadCharacterString(System.Formats.Asn1.UniversalTagNumber.IA5String, uriTag));
                    if (found is null)
                    {
                        return null;
                    }
                }
            }

            return found;
        }
        catch (Exception fault) when (fault is System.Formats.Asn1.AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Reads <see cref="Uri"/>; null for anything else.</summary>
    public static NodeIdentity? Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        string[] parts = uri.Split('/');
        string[] ends = parts.Length == 5 ? parts[4].Split("?region=") : [];
        if (ends.Length != 2 ||
            !UInt128.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 cluster) ||
            !uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint node) || node == 0 ||
            !uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint region) || region == 0)
        {
            return null;
        }

        // One form for each identity: what reads alike is alike.
        var identity = new NodeIdentity(new ClusterId(cluster), new NodeId(node), new RegionId(region));
        return identity.Uri == uri ? identity : null;
    }
}
