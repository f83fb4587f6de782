using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Nacre.Core.Documents;

namespace Nacre.Micro.Documents;

/// <summary>The one pass over a document at the wire, beside the reader alone.</summary>
[MemoryDiagnoser]
public class InspectionBenchmarks
{
    private readonly PartitionKeyDefinition _definition = PartitionKeyDefinition.Create("/country").Value;
    private byte[] _document = [];
    private InspectedDocument _inspected;
    private readonly byte[] _key = new byte[ItemKey.MaxBytes];

    /// <summary>A record of ten fields as load drivers write them, or a city.</summary>
    [Params("ycsb", "city")]
    public string Shape { get; set; } = "";

    /// <summary>Builds the document.</summary>
    [GlobalSetup]
    public void Setup()
    {
        string text = Shape == "ycsb"
            ? $$"""{"id":"user6284781860667377211","country":"NL",{{string.Join(',', Enumerable.Range(0, 10).Select(i => $"\"field{i}\":\"{new string((char)('a' + i), 108)}\""))}}}"""
            : """{"id":"ad-000000","name":"Vila","country":"AD","countryName":"Andorra","continent":"EU","region":"Encamp","location":{"type":"Point","coordinates":[1.56654,42.53176]},"languages":["ca"],"currencies":["EUR"]}""";
        _document = Encoding.UTF8.GetBytes(text);
        _inspected = DocumentInspector.Inspect(_document, _definition).Value;
    }

    /// <summary>What a pass costs that finds nothing.</summary>
    [Benchmark(Baseline = true)]
    public int ReaderAlone()
    {
        var reader = new Utf8JsonReader(_document);
        int tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }

    /// <summary>The whole inspection.</summary>
    [Benchmark]
    public bool Inspect() => DocumentInspector.Inspect(_document, _definition).IsOk;

    /// <summary>The key of what was found.</summary>
    [Benchmark]
    public int EncodeKey() => ItemKey.Encode(_inspected.PartitionKey, _inspected.Id, _key);
}
