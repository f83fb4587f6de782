using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;

namespace Nacre.Cli.Tests;

/// <summary>
/// The Debian package that <c>./build.sh Pack</c> made, unpacked and not installed: its unit, its configuration, and the
/// README's five minutes, word for word but for the folder. And the tool package that came with it.
/// </summary>
[TestFixture]
[SupportedOSPlatform("linux")]
[Category("Long")]
public sealed partial class PackageTests
{
    private const string TourFolder = "/tmp/nacre-tour";
    private const string RootKeyVariable = "PACKAGE_TEST_ROOT_KEY";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private string _folder = "";
    private string _repository = "";

    [SetUp]
    public async Task Unpack()
    {
        DirectoryInfo repository = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(repository.FullName, "Nacre.slnx")))
        {
            repository = repository.Parent!;
        }

        _repository = repository.FullName;
        string artifacts = Path.Combine(_repository, "artifacts");
        string package = (Directory.Exists(artifacts) ? Directory.GetFiles(artifacts, "nacre_*.deb") : []).MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new IgnoreException("There is no package under artifacts: './build.sh PackTest' makes one and runs this.");
        _folder = Directory.CreateTempSubdirectory("nacre-package-").FullName;
        Assert.That(await RunAsync("dpkg-deb", "--extract", package, _folder), Is.Zero);
    }

    [TearDown]
    public void Remove()
    {
        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Test]
    public async Task Tour_OfTheReadme_GoesThrough()
    {
        List<string> blocks = TourBlocks();
        int server = blocks.FindIndex(block => block.StartsWith("nacre server", StringComparison.Ordinal));
        int afterStop = blocks.Count - 1;
        Assert.That(server, Is.EqualTo(1), "the tour sets the path, then starts the server");
        Assert.That(blocks[afterStop], Does.StartWith("grep"), "and ends with a look at the stopped server's folder");

        using var manager = new NotifySocket(Path.Combine(_folder, "notify"));
        using Process daemon = Start(Bash($"exec {blocks[server]}"), manager.Path);
        Task<string> log = daemon.StandardError.ReadToEndAsync();
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            string? ready = await daemon.StandardOutput.ReadLineAsync(patience.Token);
            Assert.That(ready, Does.StartWith("ready https://"), ready is null ? await log : null);
            Assert.That(await manager.ReceiveAsync(), Does.Contain("READY=1"));

            await RunTourAsync(string.Join('\n', blocks[(server + 1)..afterStop]));

            await RunAsync("kill", "-TERM", $"{daemon.Id}");
            Assert.That(await manager.ReceiveAsync(), Does.Contain("STOPPING=1"));
            await daemon.WaitForExitAsync(patience.Token);
            Assert.That(daemon.ExitCode, Is.Zero, await log);
            Assert.That(await log, Does.Contain("Stopped in order"));
        }
        finally
        {
            if (!daemon.HasExited)
            {
                daemon.Kill();
            }
        }

        string end = await RunTourAsync(blocks[afterStop]);
        Assert.That(end, Does.Contain("no clear text"));
    }

    [Test]
    public async Task Unit_IsOneThatSystemdTakes()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Ignore("There is no systemd-analyze on this machine.");
        }

        // The program is not where it will be installed: the copy names where it is.
        string unit = await File.ReadAllTextAsync(Path.Combine(_folder, "usr/lib/systemd/system/nacre.service"));
        string copy = Path.Combine(_folder, "nacre.service");
        await File.WriteAllTextAsync(copy, unit.Replace("=/usr/lib/nacre/", $"={_folder}/usr/lib/nacre/", StringComparison.Ordinal));

        Assert.That(await RunAsync("systemd-analyze", "verify", "--man=no", copy), Is.Zero);
        // In tenths: 0 is sealed, 100 open to everything.
        Assert.That(await RunAsync("systemd-analyze", "security", "--offline=true", "--threshold=20", copy), Is.Zero);
    }

    [Test]
    public async Task Configuration_AsItIs_IsTaken()
    {
        using Process server = Start(
            Bash($"exec nacre server --config {_folder}/etc/nacre/nacre.json --data {_folder}/data --listen 127.0.0.1:0 --root-key env:{RootKeyVariable}"),
            notifySocket: null);
        Task<string> log = server.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        string? ready = await server.StandardOutput.ReadLineAsync(patience.Token);
        await RunAsync("kill", "-TERM", $"{server.Id}");
        await server.WaitForExitAsync(patience.Token);

        Assert.That(ready, Does.StartWith("ready https://"), await log);
    }

    [Test]
    public void ToolPackage_HoldsTheProgram()
    {
        string package = Directory.GetFiles(Path.Combine(_repository, "artifacts/packages"), "Nacre.*.nupkg")
            .Where(file => char.IsAsciiDigit(Path.GetFileName(file)["Nacre.".Length]))
            .MaxBy(File.GetLastWriteTimeUtc)!;
        using ZipArchive content = ZipFile.OpenRead(package);

        Assert.That(content.Entries.Select(entry => entry.FullName), Does.Contain("tools/net10.0/any/nacre.dll"));
    }

    /// <summary>The commands of the README's section "Five minutes", a block an entry; its folder becomes one of this test.</summary>
    private List<string> TourBlocks()
    {
        string section = File.ReadAllText(Path.Combine(_repository, "README.md")).Split("\n## ").Single(part => part.StartsWith("Five minutes", StringComparison.Ordinal));
        return [.. BashBlock().Matches(section).Select(block => block.Groups["commands"].Value.Trim()
            .Replace(TourFolder, Path.Combine(_folder, "tour"), StringComparison.Ordinal))];
    }

    /// <summary>Runs commands one by one as a newcomer would; the first that fails ends the test.</summary>
    private async Task<string> RunTourAsync(string commands)
    {
        using Process shell = Start(Bash(commands), notifySocket: null);
        Task<string> errors = shell.StandardError.ReadToEndAsync();
        string output = await shell.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero, $"{commands}\n{output}\n{await errors}");
        return output;
    }

    /// <summary>A shell that ends at the first command that fails.</summary>
    private static string[] Bash(string commands) => ["bash", "-ec", commands];

    private Process Start(string[] command, string? notifySocket)
    {
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = _repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PATH"] = $"{_folder}/usr/bin:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config");
        start.Environment["NOTIFY_SOCKET"] = notifySocket;
        start.Environment[RootKeyVariable] = Convert.ToBase64String(new byte[32]);
        return Process.Start(start)!;
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    [GeneratedRegex("```bash\n(?<commands>.*?)```", RegexOptions.Singleline)]
    private static partial Regex BashBlock();

    /// <summary>The service manager's end of <c>Type=notify</c>.</summary>
    private sealed class NotifySocket : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public NotifySocket(string path)
        {
            Path = path;
            _socket.Bind(new UnixDomainSocketEndPoint(path));
        }

        public string Path { get; }

        public async Task<string> ReceiveAsync()
        {
            byte[] buffer = new byte[4096];
            using var patience = new CancellationTokenSource(Patience);
            int length = await _socket.ReceiveAsync(buffer, patience.Token);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }

        public void Dispose() => _socket.Dispose();
    }
}
