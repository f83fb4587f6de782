using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Errors;
using Nacre.Security.Certificates;
using Nacre.Security.Tests.Support;

namespace Nacre.Security.Tests.Certificates;

[TestFixture]
internal sealed class NodeCertificateRequestTests
{
    [Test]
    public void Read_OfMade_GivesTheKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        PublicKey read = NodeCertificateRequest.Read(NodeCertificateRequest.Make(key)).Expect();

        Assert.That(read.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
    }

    [Test]
    public void Read_SignedByAnotherKey_IsMalformed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] request = new CertificateRequest(new X500DistinguishedName("CN=x"), new PublicKey(key), HashAlgorithmName.SHA256)
            .CreateSigningRequest(X509SignatureGenerator.CreateForECDsa(other));

        Assert.That(NodeCertificateRequest.Read(request).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Read_OfAnyByteChanged_IsMalformedOrTheSameKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] request = NodeCertificateRequest.Make(key);
        for (int at = 0; at < request.Length; at++)
        {
            byte[] changed = [.. request];
            changed[at] ^= 0x10;
            Result<PublicKey> read = NodeCertificateRequest.Read(changed);
            Assert.That(read.IsOk ? ErrorCode.None : read.Error.Code, Is.EqualTo(ErrorCode.Malformed), $"byte {at}");
        }
    }

    [Test]
    public void Read_OfOtherKeysAndRubbish_IsMalformed()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        byte[] ofRsa = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[][] requests =
        [
            NodeCertificateRequest.Make(curve), ofRsa, [], [1, 2, 3], new byte[NodeCertificateRequest.MaxBytes + 1],
            [.. NodeCertificateRequest.Make(key), 0],
        ];

        Assert.That(requests.Select(request => NodeCertificateRequest.Read(request).Error?.Code), Is.All.EqualTo(ErrorCode.Malformed));
    }
}
