using System.Text;
using System.Text.Json;
using Nacre.Client.Topology;
using Nacre.Core.Documents;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>The SDK places keys as the server does.</summary>
[TestFixture]
internal sealed class PartitionHashTests
{
    private static readonly byte[][][] Paths = [["a"u8.ToArray()], ["b"u8.ToArray(), "c"u8.ToArray()], ["d"u8.ToArray()]];

    private static IEnumerable<PartitionKeyValue> Values =>
    [
        PartitionKeyValue.Undefined, PartitionKeyValue.Null, PartitionKeyValue.Of(true), PartitionKeyValue.Of(false),
        PartitionKeyValue.Of(0), PartitionKeyValue.Of(1), PartitionKeyValue.Of(-1.5e300), PartitionKeyValue.Of(4.9e-324),
        PartitionKeyValue.Of(""), PartitionKeyValue.Of("x"), PartitionKeyValue.Of("sixteen bytes ..."), PartitionKeyValue.Of("zero\0\" quote\n"),
        PartitionKeyValue.Of("größer 😀"), PartitionKeyValue.Of(new string('y', 700)),
    ];

    [TestCaseSource(nameof(Values))]
    public void Write_AnyKey_IsTheServers(PartitionKeyValue value)
    {
        var key = new PartitionKey(value, PartitionKeyValue.Of("middle"), value);
        Span<byte> expected = stackalloc byte[PartitionKeyHash.MaxBytes];
        Span<byte> hash = stackalloc byte[PartitionHash.MaxBytes];
        PartitionKeyHash.Write(key, expected);

        int fromKey = PartitionHash.Write(new Wire.PartitionKey { Values = { Message(value), Message(PartitionKeyValue.Of("middle")), Message(value) } }, hash);
        Assert.That(hash[..fromKey].ToArray(), Is.EqualTo(expected.ToArray()));

        hash.Clear();
        int fromDocument = PartitionHash.Write(Document(value), Paths, hash);
        Assert.That(hash[..fromDocument].ToArray(), Is.EqualTo(expected.ToArray()));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("""{"z":[1,{"a":2}],"a":"\uD800"}""")]
    public void Write_WhatIsNoDocument_IsNothing(string json) =>
        Assert.That(PartitionHash.Write(Encoding.UTF8.GetBytes(json), Paths, new byte[PartitionHash.MaxBytes]), Is.Zero);

    private static byte[] Document(PartitionKeyValue value)
    {
        string member = value.Kind switch
        {
            PartitionKeyValueKind.Undefined => "",
            PartitionKeyValueKind.Null => "null",
            PartitionKeyValueKind.True => "true",
            PartitionKeyValueKind.False => "false",
            PartitionKeyValueKind.Number => JsonSerializer.Serialize(value.Number),
            _ => JsonSerializer.Serialize(value.Text),
        };
        (string first, string last) = member.Length == 0 ? ("", "") : ($"\"a\":{member},", $",\"d\":{member}");
        return Encoding.UTF8.GetBytes($"{{\"z\":[{{\"a\":7}}],{first}\"b\":{{\"a\":1,\"c\":\"middle\"}}{last}}}");
    }

    private static Wire.PartitionKeyValue Message(PartitionKeyValue value) => value.Kind switch
    {
        PartitionKeyValueKind.Undefined => new Wire.PartitionKeyValue(),
        PartitionKeyValueKind.Null => new Wire.PartitionKeyValue { Null = true },
        PartitionKeyValueKind.True => new Wire.PartitionKeyValue { Boolean = true },
        PartitionKeyValueKind.False => new Wire.PartitionKeyValue { Boolean = false },
        PartitionKeyValueKind.Number => new Wire.PartitionKeyValue { Number = value.Number },
        _ => new Wire.PartitionKeyValue { Text = value.Text },
    };
}
