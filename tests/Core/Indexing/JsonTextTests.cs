using System.Text;
using System.Text.Json;
using CsCheck;
using Nacre.Core.Indexing;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class JsonTextTests
{
    private static readonly Gen<string> GenEscaped = Gen.OneOf(
        Generators.Text.Select(text => JsonSerializer.Serialize(text)[1..^1]),
        Gen.OneOf("\\n", "\\t", "\\b", "\\f", "\\r", "\\/", "\\\\", "\\\"", "\\u00e9", "\\u6F22", "\\ud83d\\ude00", "\\u0000", "plain")).Array[0, 6].Select(string.Concat);

    [Test]
    public void TryUnescape_AnyString_GivesWhatTheReaderGives() => GenEscaped.Sample(escaped =>
    {
        byte[] destination = new byte[200];
        bool fits = JsonText.TryUnescape(Encoding.UTF8.GetBytes(escaped), destination, out int length, out bool isUnicode);

        Assert.That((fits, isUnicode), Is.EqualTo((true, true)));
        Assert.That(Encoding.UTF8.GetString(destination, 0, length), Is.EqualTo(JsonSerializer.Deserialize<string>($"\"{escaped}\"")));
    });

    [Test]
    public void TryUnescape_WithoutRoom_GivesTheBeginning() => Gen.Select(GenEscaped, Gen.Int[0, 20]).Sample((escaped, room) =>
    {
        byte[] whole = Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>($"\"{escaped}\"")!);
        byte[] destination = new byte[room];
        bool fits = JsonText.TryUnescape(Encoding.UTF8.GetBytes(escaped), destination, out int length, out _);

        Assert.That(fits, Is.EqualTo(whole.Length <= room));
        Assert.That(destination[..length], Is.EqualTo(whole[..Math.Min(room, whole.Length)]));
    });

    [TestCase("\\ud83d", "EDA0BD")]
    [TestCase("\\ud83dx", "EDA0BD78")]
    [TestCase("\\ude00\\ud83d", "EDB880EDA0BD")]
    [TestCase("\\ud83d\\u0041", "EDA0BD41")]
    public void TryUnescape_HalfOfASurrogatePair_KeepsItsNumber(string escaped, string hex)
    {
        byte[] destination = new byte[20];
        JsonText.TryUnescape(Encoding.UTF8.GetBytes(escaped), destination, out int length, out bool isUnicode);

        Assert.That((isUnicode, Convert.ToHexString(destination, 0, length)), Is.EqualTo((false, hex)));
    }
}
