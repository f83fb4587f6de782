using Nacre.Storage.Files;

namespace Nacre.Storage.Tests.Files;

/// <summary>Work that gives way to others.</summary>
[TestFixture]
public sealed class LowPriorityTests
{
    [Test]
    public void Run_Work_HasANicenessOfItsOwn()
    {
        int before = Niceness();
        int inside = LowPriority.Run("test", Niceness);

        Assert.That(inside, Is.EqualTo(Math.Max(before, 10)));
        Assert.That(Niceness(), Is.EqualTo(before));
    }

    [Test]
    public void Run_WorkThatThrows_Throws() =>
        Assert.That(() => LowPriority.Run<int>("test", () => throw new IOException("gone")), Throws.InstanceOf<IOException>().With.Message.EqualTo("gone"));

    /// <summary>Field 19 of proc(5)'s stat, of the calling thread.</summary>
    private static int Niceness()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }
}
