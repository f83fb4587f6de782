using System.Text.Json;

namespace Nacre.Client.Tests.Linq;

/// <summary>A container that is never asked: translation needs no server.</summary>
internal static class Towns
{
    private static readonly NacreClient Client = Of(null);

    public static IQueryable<Town> All => Container(Client).AsQueryable<Town>();

    public static NacreClient Of(JsonSerializerOptions? options) => new(
        new NacreConnection(new Uri("https://127.0.0.1:1"), Convert.ToBase64String(new byte[64])), new NacreClientOptions { SerializerOptions = options });

    public static Container Container(NacreClient client) => client.GetContainer("world", "towns");
}
