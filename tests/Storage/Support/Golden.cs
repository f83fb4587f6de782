namespace Nacre.Storage.Tests.Support;

/// <summary>Files that a format's bytes are compared with. NACRE_WRITE_GOLDEN=1 writes them anew, for review.</summary>
internal static class Golden
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name));

    public static void Check(string name, byte[] actual)
    {
        if (Environment.GetEnvironmentVariable("NACRE_WRITE_GOLDEN") == "1")
        {
            File.WriteAllBytes(Path.Combine(SourceFolder(), "Golden", name), actual);
        }

        Assert.That(actual, Is.EqualTo(Read(name)), $"the bytes of {name} changed: a format change needs a new version");
    }

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.GetDirectoryName(Path.GetDirectoryName(path))!;
}
