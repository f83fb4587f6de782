using CsCheck;
using Nacre.Core.Ids;
using Nacre.Server.Queries;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Queries;

/// <summary>What a query hands out to go on from.</summary>
[TestFixture]
public sealed class QueryContinuationTests
{
    private static readonly Gen<QueryContinuation> AnyContinuation = Gen
        .Select(Gen.ULong, Gen.ULong, Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks], Gen.Int, Gen.Byte.Array[0, 200], Gen.Bool)
        .Select((container, scope, ticks, rows, key, isDone) =>
            new QueryContinuation(new ContainerId(container), scope, new DateTimeOffset(ticks, TimeSpan.Zero), Math.Abs((long)rows))
            {
                ItemKey = key, IsItemDone = isDone, RowsOfItem = isDone ? 0 : Math.Abs((long)rows),
            });

    [Test]
    public void Decode_WhatWasEncoded_IsTheSame() => AnyContinuation.Sample(continuation =>
    {
        QueryContinuation read = QueryContinuation.Decode(continuation.Encode())!;

        Assert.That(read with { ItemKey = default }, Is.EqualTo(continuation with { ItemKey = default }));
        Assert.That(read.ItemKey.ToArray(), Is.EqualTo(continuation.ItemKey.ToArray()));
    });

    [Test]
    public void Decode_AnyBytes_GivesNullOrSomething() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        QueryContinuation.Decode(bytes);
        if (bytes.Length > 0)
        {
            bytes[0] = 16;
            QueryContinuation.Decode(bytes);
        }
    });

    [Test]
    public void Decode_GoldenFiles_AreWhatTheFormatSays()
    {
        QueryContinuation inside = QueryContinuation.Decode(Golden.Read("query-continuation-v1.bin"))!;
        QueryContinuation sorted = QueryContinuation.Decode(Golden.Read("query-continuation-sorted-v1.bin"))!;

        var expected = new QueryContinuation(
            new ContainerId(0x0102030405060708), 0x1112131415161718, new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), 7);
        Assert.That(inside with { ItemKey = default }, Is.EqualTo(expected with { RowsOfItem = 3 }));
        Assert.That(inside.ItemKey.ToArray(), Is.EqualTo("key"u8.ToArray()));
        Assert.That(sorted with { After = null }, Is.EqualTo(expected));
        Assert.That(sorted.After!.ItemKey.ToArray(), Is.EqualTo("key"u8.ToArray()));
        Assert.That(sorted.After.Row, Is.EqualTo(2));
        Golden.Check("query-continuation-v1.bin", inside.Encode());
        Golden.Check("query-continuation-sorted-v1.bin", sorted.Encode());
    }

    [Test]
    public void Decode_ContentOfAList_IsNull() =>
        Assert.That(QueryContinuation.Decode(new Nacre.Server.Items.Continuation(new ContainerId(1), 2, new byte[60], []).Encode()), Is.Null);
}
