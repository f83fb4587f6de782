using Nacre.Client;
using Nacre.Core.Errors;

namespace Nacre.Integration.Tests;

/// <summary>The SDK repeats the server's vocabulary, since it depends on no server assembly: both must say the same.</summary>
[TestFixture]
public sealed class VocabularyTests
{
    /// <summary>From here on codes name what only a client sees.</summary>
    private const int FirstOfTheClient = 1001;

    [Test]
    public void NacreErrorCode_EveryCodeOfTheServer_HasNameAndNumber()
    {
        IEnumerable<(string, int)> server = Enum.GetValues<ErrorCode>().Select(code => (code.ToString(), (int)code));
        IEnumerable<(string, int)> sdk = Enum.GetValues<NacreErrorCode>().Select(code => (code.ToString(), (int)code));

        Assert.That(sdk.Where(code => code.Item2 < FirstOfTheClient), Is.EqualTo(server));
    }

    [Test]
    public void NacreException_EveryCodeOfTheServer_IsTransientByItsRule()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None))
        {
            bool isTransient = new NacreException((NacreErrorCode)code, "").IsTransient;

            Assert.That(isTransient, Is.EqualTo(ErrorCodes.RetryOf(code) != RetryRule.Never), code.ToString());
        }
    }
}
