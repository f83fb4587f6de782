using CsCheck;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class DocumentPathTests
{
    private static readonly Gen<PathStep> GenStep = Gen.Frequency(
        (1, Gen.Const(PathStep.Element)),
        (4, Gen.OneOf("a", "/", "\"", "'", " ", "*", "?", "[]", "\\", "漢", "😀", "").Array[0, 4].Select(string.Concat).Select(PathStep.Member)));

    [Test]
    public void Parse_WhatAnyPathIsWrittenAs_GivesThePath() => GenStep.Array[1, 6].Sample(steps =>
    {
        DocumentPath path = DocumentPath.Of(steps).Value;

        Assert.That(DocumentPath.Parse(path.ToString()).Value, Is.EqualTo(path));
        Assert.That(DocumentPath.Parse(path.ToString()).Value.Steps, Is.EqualTo(steps));
        Assert.That(path.HasElements, Is.EqualTo(steps.Any(step => step.IsElement)));
        Assert.That(PathPattern.Parse($"{path}/?").Value, Is.EqualTo(new PathPattern(path, IsSubtree: false)));
        Assert.That(PathPattern.Parse($"{path}/*").Value, Is.EqualTo(new PathPattern(path, IsSubtree: true)));
    });

    [TestCase("/a/b", "/a/b")]
    [TestCase("/ a /b", "/a/b")]
    [TestCase("/\"a\"/'b'", "/a/b")]
    [TestCase("/'it''s'", null)]
    [TestCase("/\"[]\"", "/\"[]\"")]
    [TestCase("/", "")]
    [TestCase("", null)]
    [TestCase("a", null)]
    [TestCase("//", null)]
    [TestCase("/a//b", null)]
    [TestCase("/\"a", null)]
    [TestCase("/\"a\"b", null)]
    [TestCase("/a/*", null)]
    [TestCase("/*/a", null)]
    public void Parse_AText_IsThePathOrMalformed(string text, string? path)
    {
        Result<DocumentPath> parsed = DocumentPath.Parse(text);

        Assert.That(parsed.IsOk ? parsed.Value.ToString() : null, Is.EqualTo(path));
        Assert.That(parsed.Error?.Code, Is.EqualTo(path is null ? ErrorCode.Malformed : (ErrorCode?)null));
    }

    [Test]
    public void Parse_HalfOfASurrogatePair_IsMalformed() =>
        Assert.That(DocumentPath.Parse("/" + '\ud800').Error?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Parse_TooLong_IsMalformed() =>
        Assert.That(DocumentPath.Parse("/" + new string('a', DocumentPath.MaxBytes)).Error?.Code, Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public void Parse_TooManySteps_IsMalformed() =>
        Assert.That(DocumentPath.Parse(string.Concat(Enumerable.Repeat("/a", 129))).Error?.Code, Is.EqualTo(ErrorCode.Malformed));

    [TestCase("/a")]
    [TestCase("/?")]
    [TestCase("/")]
    [TestCase("/a/?/b")]
    public void PatternParse_WithoutAWildcardAtTheEnd_IsMalformed(string text) =>
        Assert.That(PathPattern.Parse(text).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
}
