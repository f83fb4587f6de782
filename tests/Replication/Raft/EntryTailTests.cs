using CsCheck;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

[TestFixture]
public sealed class EntryTailTests
{
    [Test]
    public void Tail_OfAnyAppendsCutsAndForgets_EqualsAList() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 60]).Array[1, 300].Sample(
        steps =>
        {
            var tail = new EntryTail(new LogIndex(100));
            var model = new List<LogRecord>();
            ulong first = 101;
            foreach ((int action, int argument) in steps)
            {
                ulong last = first + (ulong)model.Count - 1;
                switch (action)
                {
                    case 0:
                        int kept = Math.Min(argument, model.Count);
                        tail.CutAfter(new LogIndex(first + (ulong)kept - 1));
                        model.RemoveRange(kept, model.Count - kept);
                        break;
                    case 1:
                        int forgotten = Math.Min(argument / 4, model.Count);
                        tail.Forget(new LogIndex(first + (ulong)forgotten - 1));
                        model.RemoveRange(0, forgotten);
                        first += (ulong)forgotten;
                        break;
                    default:
                        for (int n = 0; n < argument; n++)
                        {
                            var record = new LogRecord(new LogIndex(first + (ulong)model.Count), new Term(1), new byte[] { (byte)n });
                            tail.Append(record);
                            model.Add(record);
                        }

                        break;
                }

                if (tail.First.Value != first || tail.Last.Value != first + (ulong)model.Count - 1 ||
                    !tail.Slice(tail.First, tail.Last).SequenceEqual(model.ToArray()))
                {
                    return false;
                }
            }

            return true;
        },
        iter: 300);
}
