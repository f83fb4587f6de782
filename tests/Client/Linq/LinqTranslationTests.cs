using Nacre.Client.Linq;

namespace Nacre.Client.Tests.Linq;

/// <summary>Expressions and the text that they become.</summary>
[TestFixture]
public sealed class LinqTranslationTests
{
    private static IEnumerable<TestCaseData> Cases => LinqCases.All.Select(each => new TestCaseData(each).SetName($"Translate_{each.Code.Replace('.', '·')}"));

    [TestCaseSource(nameof(Cases))]
    public void Translate_Expression_BecomesText(object given)
    {
        var each = (LinqCases.Case)given;

        string text = each.Apply(Towns.All).ToQueryText();

        Assert.That(text, Is.EqualTo(each.Text));
    }
}
