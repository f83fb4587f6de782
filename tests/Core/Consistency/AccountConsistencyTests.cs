using Nacre.Core.Consistency;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Consistency;

/// <summary>What an account promises, and what a request may ask for.</summary>
[TestFixture]
public sealed class AccountConsistencyTests
{
    private static readonly ConsistencyLevel[] Levels =
        [ConsistencyLevel.Strong, ConsistencyLevel.BoundedStaleness, ConsistencyLevel.Session, ConsistencyLevel.ConsistentPrefix, ConsistencyLevel.Eventual];

    [Test]
    public void LevelFor_EveryPair_MayBeWeakerAndNeverStronger()
    {
        foreach (ConsistencyLevel account in Levels)
        {
            AccountConsistency consistency = AccountConsistency.Default with { Level = account };
            foreach (ConsistencyLevel asked in Levels)
            {
                Result<ConsistencyLevel> level = consistency.LevelFor(asked);

                Assert.That(level.Error?.Code, Is.EqualTo(asked < account ? ErrorCode.ConsistencyTooStrong : (ErrorCode?)null));
                Assert.That(level.IsOk ? level.Value : asked, Is.EqualTo(asked));
            }

            Assert.That(consistency.LevelFor(ConsistencyLevel.Unspecified).Value, Is.EqualTo(account));
            Assert.That(consistency.LevelFor((ConsistencyLevel)6).Error!.Code, Is.EqualTo(ErrorCode.Malformed));
        }
    }

    [Test]
    public void Parse_WhatWasFormatted_IsTheSame()
    {
        foreach (ConsistencyLevel level in Levels)
        {
            var consistency = new AccountConsistency(level, new StalenessBound(4711, TimeSpan.FromSeconds(17)));

            Assert.That(AccountConsistency.Parse(consistency.Format()), Is.EqualTo(consistency));
        }

        Assert.That(AccountConsistency.Default.Format(), Is.EqualTo("1 100000 300"), "stored in catalogues");
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("5 100000")]
    [TestCase("6 100000 300")]
    [TestCase("0 100000 300")]
    [TestCase("5 9 300")]
    [TestCase("5 100000 4")]
    [TestCase("5 100000 300 1")]
    [TestCase("-5 100000 300")]
    public void Parse_WhatCannotBeRead_PromisesMost(string? value) => Assert.That(AccountConsistency.Parse(value), Is.EqualTo(AccountConsistency.Default));

    [TestCase(10ul, 5.0, true)]
    [TestCase(9ul, 5.0, false)]
    [TestCase(10ul, 4.0, false)]
    [TestCase(10ul, 5.5, false)]
    [TestCase(2_147_483_647ul, 86_400.0, true)]
    [TestCase(2_147_483_648ul, 86_400.0, false)]
    [TestCase(10ul, 86_401.0, false)]
    public void Checked_Bound_HasItsRanges(ulong versions, double seconds, bool isValid) => Assert.That(
        new AccountConsistency(ConsistencyLevel.BoundedStaleness, new StalenessBound(versions, TimeSpan.FromSeconds(seconds))).Checked().Error?.Code,
        Is.EqualTo(isValid ? null : (ErrorCode?)ErrorCode.Malformed));
}
