using System.Text;
using Nacre.Core.Hashing;

namespace Nacre.Core.Tests.Hashing;

[TestFixture]
public sealed class Murmur3Tests
{
    /// <summary>Every length of the last block, against values of the reference implementation.</summary>
    [TestCase("", "00000000000000000000000000000000")]
    [TestCase("hello", "cbd8a7b341bd9b025b1e906a48ae1d19")]
    [TestCase("hello, world", "342fac623a5ebc8e4cdcbc079642414d")]
    [TestCase("19 Jan 2038 at 3:14:07 AM", "b89e5988b737affc664fc2950231b2cb")]
    [TestCase("The quick brown fox jumps over the lazy dog.", "cd99481f9ee902c9695da1a38987b6e7")]
    public void Hash128_ReferenceInput_GivesReferenceHash(string text, string expected)
    {
        (ulong first, ulong second) = Murmur3.Hash128(Encoding.UTF8.GetBytes(text));

        Assert.That($"{first:x16}{second:x16}", Is.EqualTo(expected));
    }

    [Test]
    public void Hash128_Seed_ChangesBothHalves()
    {
        (ulong first, ulong second) = Murmur3.Hash128("a"u8);
        (ulong seededFirst, ulong seededSecond) = Murmur3.Hash128("a"u8, UInt128.One);

        Assert.That(seededFirst, Is.Not.EqualTo(first));
        Assert.That(seededSecond, Is.Not.EqualTo(second));
    }
}
