using System.Text;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>Nothing that a client stores is on the disk in clear text. That no nonce repeats is held by <see cref="NonceTests"/>.</summary>
[TestFixture]
public sealed class ClearTextTests
{
    [Test]
    public async Task Marker_InDocumentsIdsAndKeys_IsInNoFile()
    {
        // Drawn anew, so that neither this program nor an earlier run holds it anywhere.
        string marker = $"marker{Guid.NewGuid():n}";
        byte[] bytes = Encoding.UTF8.GetBytes(marker);
        DateTime began = DateTime.UtcNow;
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        await using (SimulatedNode node = await SimulatedNode.StartAsync(disk))
        {
            for (int i = 0; i < 300; i++)
            {
                string document = $$"""{"id":"{{marker}}{{i}}","pk":"{{marker}}{{i % 3}}","{{marker}}":"{{marker}}","filler":"{{new string('x', i % 40 == 0 ? 70_000 : 500)}}"}""";
                await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes(document));
                if (i % 50 == 0)
                {
                    Assert.That(disk.FindBytes(bytes), Is.Null, "live");
                }
            }

            disk.Crash();
        }

        Assert.That(disk.FindBytes(bytes), Is.Null, "after a crash");
        SimulatedFileSystem after = disk.Reboot(seed: 3);
        await using (SimulatedNode recovered = await SimulatedNode.StartAsync(after))
        {
            Assert.That(await recovered.Items.TryReadJsonAsync($"{marker}0", $"{marker}0"), Is.Not.Null, "the marker is what is stored");
            await recovered.StopAsync();
        }

        Assert.That(after.FindBytes(bytes), Is.Null, "after a clean stop");
        Assert.That(TemporaryFilesSince(began).Where(file => Holds(file, bytes)), Is.Empty, "temporary files");
    }

    private static IEnumerable<string> TemporaryFilesSince(DateTime began) => new DirectoryInfo(Path.GetTempPath())
        .EnumerateFiles("*", new EnumerationOptions { IgnoreInaccessible = true, RecurseSubdirectories = true, MaxRecursionDepth = 2 })
        .Where(file => file.LastWriteTimeUtc >= began && file.Length is > 0 and < 64 << 20)
        .Select(file => file.FullName);

    private static bool Holds(string file, byte[] marker)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(marker) >= 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Of another program, which has removed or locked it.
            return false;
        }
    }
}
