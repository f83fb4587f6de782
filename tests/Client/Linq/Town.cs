using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Client.Tests.Linq;

/// <summary>An item with a member of each kind that translation tells apart.</summary>
internal sealed record Town(string Id, string Name, string Country)
{
    public string? Region { get; init; }

    public int Population { get; init; }

    public int? Founded { get; init; }

    public double Area { get; init; }

    public bool IsCapital { get; init; }

    public bool? IsCoastal { get; init; }

    public DateTime Seen { get; init; }

    public DateTimeOffset Called { get; init; }

    public TimeSpan Ride { get; init; }

    public Guid Key { get; init; }

    public Size Size { get; init; }

    public Size? OldSize { get; init; }

    public Mood Mood { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<Size>))]
    public Size NamedSize { get; init; }

    public Place Location { get; init; } = new("Point", []);

    public Place? Port { get; init; }

    public string[] Languages { get; init; } = [];

    public List<Visit> Visits { get; init; } = [];

    public IReadOnlyList<int> Marks { get; init; } = [];

    public Dictionary<string, string> Tags { get; init; } = [];

    [JsonPropertyName("zip-code")]
    public string Zip { get; init; } = "";

    [JsonIgnore]
    public int Secret { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; init; }

    public string Label => Name + Country;
}

internal sealed record Place(string Type, double[] Coordinates);

internal sealed record Visit(string Guest, int Nights, string[] Days)
{
    public int? Stars { get; init; }
}

/// <summary>What a query may make of a town.</summary>
internal sealed record Brief(string Id, string Country)
{
    public string? Region { get; set; }

    public int Twice => Id.Length * 2;
}

[Flags]
internal enum Size
{
    None,
    Small,
    Large,
}

[JsonConverter(typeof(JsonStringEnumConverter<Mood>))]
internal enum Mood
{
    Calm,
    Merry,
}
