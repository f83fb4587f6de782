using System.Text;
using Nacre.Security.Authentication;

namespace Nacre.Security.Tests.Authentication;

[TestFixture]
internal sealed class AudienceNamesTests
{
    [TestCase("db.example.com", "db.example.com:8081", true)]
    [TestCase("DB.Example.com", "db.example.com:8081", true)]
    [TestCase("db.example.com:8081", "db.example.com:8081", true)]
    [TestCase("db.example.com:8081", "db.example.com:8082", false)]
    [TestCase("*.example.com", "db.example.com:8081", true)]
    [TestCase("*.example.com", "a.db.example.com:8081", false)]
    [TestCase("*.example.com", "example.com:8081", false)]
    [TestCase("*.example.com:8081", "db.example.com:8081", true)]
    [TestCase("*.example.com:8081", "db.example.com:8082", false)]
    [TestCase("0:0:0:0:0:0:0:1", "[::1]:8081", true)]
    [TestCase("[::1]:8081", "[::1]:8081", true)]
    [TestCase("[::1]:8081", "[::1]:8082", false)]
    [TestCase("::1", "127.0.0.1:8081", false)]
    public void Contains_Audience_ComparesHostAndAnyGivenPort(string name, string audience, bool expected) =>
        Assert.That(new AudienceNames([name]).Contains(Encoding.ASCII.GetBytes(audience)), Is.EqualTo(expected));

    [Test]
    public void Replace_OtherNames_TakeTheirPlace()
    {
        var names = new AudienceNames(["old"]);

        names.Replace(["new"]);

        Assert.That(names.Contains("old:1"u8), Is.False);
        Assert.That(names.Contains("new:1"u8), Is.True);
    }

    [TestCase("localhost:8081", true)]
    [TestCase("[::1]:1", true)]
    [TestCase("localhost", false)]
    [TestCase("localhost:", false)]
    [TestCase("localhost:0", false)]
    [TestCase("localhost:08081", false)]
    [TestCase("localhost:123456", false)]
    [TestCase(":8081", false)]
    [TestCase("Localhost:8081", false)]
    [TestCase("local host:8081", false)]
    [TestCase("::1:8081", false)]
    [TestCase("[[::1]]:8081", false)]
    [TestCase("", false)]
    public void IsWellFormed_Audience_FollowsTheGrammar(string audience, bool expected) =>
        Assert.That(AudienceNames.IsWellFormed(Encoding.ASCII.GetBytes(audience)), Is.EqualTo(expected));
}
