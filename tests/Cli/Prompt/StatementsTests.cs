using Nacre.Cli.Prompt;

namespace Nacre.Cli.Tests.Prompt;

/// <summary>Where queries end.</summary>
[TestFixture]
public sealed class StatementsTests
{
    [TestCase("SELECT 1;", "SELECT 1")]
    [TestCase(" SELECT 1 ;\n SELECT 2; ", "SELECT 1|SELECT 2")]
    [TestCase("SELECT ';' AS a, \"x;\\\";\" AS b;", "SELECT ';' AS a, \"x;\\\";\" AS b")]
    [TestCase("SELECT 'it\\'s;';", "SELECT 'it\\'s;'")]
    [TestCase("SELECT 1 -- no; not here\n;", "SELECT 1 -- no; not here")]
    [TestCase("SELECT /* ; */ 1;", "SELECT /* ; */ 1")]
    [TestCase("SELECT 1 - 1 / 2;", "SELECT 1 - 1 / 2")]
    [TestCase(";;", "")]
    [TestCase("", "")]
    public void Text_ThatIsComplete_IsTakenApart(string text, string statements)
    {
        Assert.That(Statements.IsComplete(text), Is.True);
        Assert.That(string.Join('|', Statements.Split(text, out string rest)), Is.EqualTo(statements));
        Assert.That(rest, Is.Empty.Or.EqualTo(" "));
    }

    [TestCase("SELECT 1")]
    [TestCase("SELECT 1; SELECT 2")]
    [TestCase("SELECT ';")]
    [TestCase("SELECT \"\\\";")]
    [TestCase("SELECT 1 -- ;")]
    [TestCase("SELECT 1 /* ;")]
    [TestCase("SELECT 1 /*/;")]
    public void Text_ThatGoesOn_IsNotComplete(string text) => Assert.That(Statements.IsComplete(text), Is.False);

    [TestCase("\\q")]
    [TestCase("  \\param a=1")]
    public void Command_WithoutSemicolon_IsComplete(string text) => Assert.That(Statements.IsComplete(text), Is.True);
}
