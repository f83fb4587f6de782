using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>Writes single items to one shard, for what is measured.</summary>
internal static class Writer
{
    private const int MostTries = 64;

    /// <summary>A partition key whose range the aimed shard holds; found by looking whose entries grow. Nobody else may write.</summary>
    public static async Task<string> KeyOfAimedShardAsync(Cluster cluster, string prefix)
    {
        await using NacreClient client = cluster.NewClient();
        Container items = client.GetContainer(Cluster.Database, Cluster.Items);
        for (int number = 0; number < MostTries; number++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number}");
            Node leader = await cluster.LeaderAsync();
            long before = await AppliedAsync(cluster, leader);
            await items.UpsertJsonAsync(Document(key, "probe", 0));
            if (await AppliedAsync(cluster, leader) > before)
            {
                return key;
            }
        }

        throw new ViolationException($"of {MostTries} partition keys none is in shard {Cluster.AimedShard}");
    }

    /// <summary>An item.</summary>
    public static byte[] Document(string key, string id, long value) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{id}}","pk":"{{key}}","v":{{value}}}"""));

    private static async Task<long> AppliedAsync(Cluster cluster, Node leader) =>
        (await cluster.ScrapeAsync(leader))?.Applied.GetValueOrDefault(Cluster.AimedShard) ?? throw new ViolationException($"node {leader.Number} gives no metrics");
}
