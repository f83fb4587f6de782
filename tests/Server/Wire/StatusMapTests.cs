using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Server.Wire;

namespace Nacre.Server.Tests.Wire;

/// <summary>The vocabulary on the wire, and its page in the docs.</summary>
[TestFixture]
public sealed class StatusMapTests
{
    private static IEnumerable<ErrorCode> Refusals => Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None);

    [TestCaseSource(nameof(Refusals))]
    public void ToStatus_AnyRefusal_StandsInTheDocs(ErrorCode code)
    {
        string retry = ErrorCodes.RetryOf(code) switch
        {
            RetryRule.Never => "never",
            RetryRule.Safe => "safe",
            RetryRule.AfterRedirect => "after redirect",
            _ => "outcome unknown",
        };

        Assert.That(Documentation(), Does.Contain($"| {(int)code} | {code} | {StatusMap.ToStatus(code)} | {retry} |"));
    }

    [Test]
    public void ToStatus_RefusalsThatGrpcClientsRepeat_AreSafeToRepeat()
    {
        IEnumerable<ErrorCode> repeated = Refusals.Where(code => StatusMap.ToStatus(code) == StatusCode.Unavailable);

        Assert.That(repeated.Select(ErrorCodes.RetryOf), Has.None.EqualTo(RetryRule.OutcomeUnknown));
    }

    [Test]
    public void ToStatus_UnknownNumber_IsInternal() =>
        Assert.That(StatusMap.ToStatus((ErrorCode)999), Is.EqualTo(StatusCode.Internal));

    [Test]
    public void FromLibrary_AnyStatusButOk_IsARefusal() => Assert.That(
        Enum.GetValues<StatusCode>().Where(status => status != StatusCode.OK).Select(StatusMap.FromLibrary),
        Has.None.EqualTo(ErrorCode.None));

    private static string Documentation()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string page = Path.Combine(folder.FullName, "docs", "errors.md");
            if (File.Exists(page))
            {
                return File.ReadAllText(page);
            }
        }

        throw new FileNotFoundException("docs/errors.md");
    }
}
