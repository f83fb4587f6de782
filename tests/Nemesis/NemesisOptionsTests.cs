namespace Nacre.Nemesis.Tests;

/// <summary>What the command line is read as.</summary>
[TestFixture]
internal sealed class NemesisOptionsTests
{
    [Test]
    public void Parse_AllArguments_TakesEach()
    {
        NemesisOptions? options = NemesisOptions.Parse(["--minutes=3", "--fault=KillOne,Trap", "--seed=9", "--seconds=5", "--repeat=4", "--snapshot-mib=64", "--network=tcp", "--program=/bin/sh", "--kept"], out _);

        Assert.That(options!.Steps, Is.EqualTo(new[] { "KillOne", "Trap" }));
        Assert.That(options.Program, Is.EqualTo("/bin/sh"));
        Assert.That((options.Minutes, options.Seed, options.Seconds, options.Repetitions, options.SnapshotMebibytes, options.UsesProxies, options.IsKept), Is.EqualTo((3, 9UL, 5, 4, 64, true, true)));
    }

    [TestCase("--minutes=-1")]
    [TestCase("--seconds=0")]
    [TestCase("--repeat=0")]
    [TestCase("--snapshot-mib=0")]
    [TestCase("--fault=")]
    [TestCase("--network=air")]
    [TestCase("--program=/nowhere/nacre")]
    [TestCase("--colour=red")]
    public void Parse_WhatItDoesNotKnow_NamesIt(string argument)
    {
        Assert.That(NemesisOptions.Parse([argument], out string refused), Is.Null);
        Assert.That(refused, Is.EqualTo(argument));
    }
}
