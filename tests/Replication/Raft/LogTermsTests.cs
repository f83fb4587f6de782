using CsCheck;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

[TestFixture]
public sealed class LogTermsTests
{
    [Test]
    public void Terms_OfAnyAppendsCutsAndReleases_EqualAList() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 40]).Array[1, 200].Sample(
        steps =>
        {
            var terms = new LogTerms(default, []);
            var model = new List<ulong> { 0 };
            int released = 0;
            foreach ((int action, int argument) in steps)
            {
                int last = model.Count - 1;
                switch (action)
                {
                    case 0:
                        int cut = Math.Max(released, last - argument / 4);
                        terms.CutAfter(new LogIndex((ulong)cut));
                        model.RemoveRange(cut + 1, last - cut);
                        break;
                    case 1:
                        released = Math.Min(last, released + argument / 4);
                        terms.Release(new LogIndex((ulong)released));
                        break;
                    default:
                        model.Add(model[last] + (argument % 5 == 0 ? 1UL + (ulong)argument : 0));
                        terms.Append(new LogIndex((ulong)last + 1), new Term(model[last + 1]));
                        break;
                }

                for (int at = 0; at <= model.Count; at++)
                {
                    Term? expected = at < released || at == model.Count ? null : new Term(model[at]);
                    Assert.That(terms.TermAt(new LogIndex((ulong)at)), Is.EqualTo(expected), $"entry {at}");
                }

                Assert.That(terms.LastTerm.Value, Is.EqualTo(model[^1]));
                int found = Math.Min(model.Count - 1, argument);
                while (found > released && model[found] > (ulong)argument * 2)
                {
                    found--;
                }

                Assert.That(
                    terms.LastNotAbove(new LogIndex((ulong)argument), new Term((ulong)argument * 2)),
                    Is.EqualTo(new LogIndex((ulong)Math.Max(found, released))));
            }
        },
        iter: 500, threads: 1);
}
