// What the project can do, one target each: ./build.sh TARGET [--name=value ...].

const string Solution = "Nacre.slnx";
const string Configuration = "Release";

var target = Argument("target", "Build");

// Runs dotnet with its output on the terminal; the build stops where it fails.
void DotNet(string step, params string[] arguments)
{
    Information("── {0}: dotnet {1}", step, string.Join(' ', arguments));

    var builder = new ProcessArgumentBuilder();
    foreach (var argument in arguments)
    {
        builder.AppendQuoted(argument);
    }

    var exitCode = StartProcess("dotnet", new ProcessSettings { Arguments = builder });
    if (exitCode != 0)
    {
        throw new CakeException(exitCode, $"{step} failed: dotnet left with exit code {exitCode}.");
    }
}

Task("Build")
    .Description("Builds the whole solution, optimised, with warnings as errors.")
    .Does(() => DotNet("Build", "build", Solution, "--configuration", Configuration, "--verbosity", "quiet"));

Task("Test")
    .Description("Runs the tests, all but the category Long. --filter=EXPRESSION runs others.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        // Programs that tests run beside the server; a test that misses one says so and is skipped.
        Run("Test", "tests/install-tools.sh");
        // A test project without tests leaves with 8; the totals are counted over all of them.
        DotNet("Test", "test", "--solution", Solution, "--configuration", Configuration, "--no-build",
            "--filter", Argument("filter", "TestCategory!=Long"), "--ignore-exit-code", "8");
    });

Task("TestLong")
    .Description("Runs the tests that take minutes, at full size. --filter=EXPRESSION runs some: FullyQualifiedName~PowerCutTests")
    .IsDependentOn("Build")
    .Does(() =>
    {
        Run("TestLong", "tests/install-tools.sh");
        var some = Argument("filter", "");
        DotNet("TestLong", "test", "--solution", Solution, "--configuration", Configuration, "--no-build",
            "--filter", some.Length > 0 ? $"TestCategory=Long&({some})" : "TestCategory=Long", "--ignore-exit-code", "8");
    });

Task("Lint")
    .Description("Fails where a file is not formatted as .editorconfig says.")
    .Does(() => DotNet("Lint", "format", Solution, "--verify-no-changes"));

Task("Quickstart")
    .Description("Starts a server on a fresh folder, fills it with real data, and reads it back.")
    .Does(() => DotNet("Quickstart", "run", "--project", "src/Cli", "--configuration", Configuration, "--", "quickstart"));

const string Artifacts = "artifacts";
const string Runtime = "linux-x64";

// The one version of everything, as the projects see it.
string Version() => System.Xml.Linq.XDocument.Load("Directory.Build.props")
    .Descendants("VersionPrefix").Single().Value;

// Runs a program of the system's; the build stops where it fails.
void Run(string step, string program, params string[] arguments)
{
    var builder = new ProcessArgumentBuilder();
    foreach (var argument in arguments)
    {
        builder.AppendQuoted(argument);
    }

    var exitCode = StartProcess(program, new ProcessSettings { Arguments = builder });
    if (exitCode != 0)
    {
        throw new CakeException(exitCode, $"{step} failed: {program} left with exit code {exitCode}.");
    }
}

string PublishProgram(string step)
{
    var folder = $"{Artifacts}/nacre-{Version()}-{Runtime}";
    CleanDirectory(folder);
    DotNet(step, "publish", "src/Cli", "--configuration", Configuration, "--runtime", Runtime,
        "--self-contained", "--property:PublishReadyToRun=true", "--verbosity", "quiet", "--output", folder);
    return folder;
}

Task("Publish")
    .Description("Makes a build that needs no .NET on the machine, as a folder and a .tar.gz.")
    .Does(() =>
    {
        var folder = PublishProgram("Publish");
        Run("Publish", "tar", "--create", "--gzip", "--owner=0", "--group=0", "--numeric-owner",
            "--file", $"{folder}.tar.gz", "--directory", Artifacts, $"nacre-{Version()}-{Runtime}");
    });

Task("Debian")
    .Description("Makes the .deb: program, systemd unit, configuration, documents. Needs dpkg-deb.")
    .IsDependentOn("Publish")
    .Does(() =>
    {
        var root = $"{Artifacts}/debian";
        CleanDirectory(root);
        CopyDirectory($"{Artifacts}/nacre-{Version()}-{Runtime}", $"{root}/usr/lib/nacre");
        foreach (var folder in new[] { "DEBIAN", "usr/bin", "usr/share/doc/nacre", "etc/nacre", "usr/lib/systemd/system" })
        {
            EnsureDirectoryExists($"{root}/{folder}");
        }

        Run("Debian", "ln", "--symbolic", "--force", "../lib/nacre/nacre", $"{root}/usr/bin/nacre");
        CopyFile("packaging/nacre.service", $"{root}/usr/lib/systemd/system/nacre.service");
        CopyFile("packaging/nacre.json", $"{root}/etc/nacre/nacre.json");
        CopyFile("packaging/debian/README.Debian", $"{root}/usr/share/doc/nacre/README.Debian");
        CopyFile("README.md", $"{root}/usr/share/doc/nacre/README.md");
        CopyFile("LICENSE", $"{root}/usr/share/doc/nacre/copyright");
        CopyFile("CHANGELOG.md", $"{root}/usr/share/doc/nacre/changelog");
        foreach (var script in new[] { "conffiles", "postinst", "prerm", "postrm" })
        {
            CopyFile($"packaging/debian/{script}", $"{root}/DEBIAN/{script}");
        }

        var kibibytes = System.IO.Directory.EnumerateFiles(root, "*", System.IO.SearchOption.AllDirectories)
            .Sum(file => new System.IO.FileInfo(file).Length) / 1024;
        System.IO.File.WriteAllText($"{root}/DEBIAN/control", System.IO.File.ReadAllText("packaging/debian/control")
            .Replace("@VERSION@", Version()).Replace("@ARCHITECTURE@", "amd64").Replace("@SIZE@", kibibytes.ToString()));

        // dpkg looks at modes; a checkout's umask must not decide them.
        Run("Debian", "chmod", "--recursive", "u=rwX,go=rX", root);
        foreach (var script in new[] { "postinst", "prerm", "postrm" })
        {
            Run("Debian", "chmod", "0755", $"{root}/DEBIAN/{script}");
        }

        Run("Debian", "dpkg-deb", "--root-owner-group", "--build", root, $"{Artifacts}/nacre_{Version()}_amd64.deb");
    });

Task("Packages")
    .Description("Makes the NuGet packages: the SDK, the protocol, and the dotnet tool.")
    .Does(() =>
    {
        foreach (var project in new[] { "src/Protocol", "src/Client", "src/Cli" })
        {
            DotNet("Packages", "pack", project, "--configuration", Configuration, "--verbosity", "quiet",
                "--output", $"{Artifacts}/packages");
        }
    });

Task("Pack")
    .Description("Makes everything that is installed: the self-contained build, the .deb, the packages.")
    .IsDependentOn("Debian")
    .IsDependentOn("Packages");

Task("PackTest")
    .Description("Packs, then tries the Debian package without installing it: unit, configuration, the README's tour.")
    .IsDependentOn("Pack")
    .IsDependentOn("Build")
    .Does(() => DotNet("PackTest", "test", "--project", "tests/Cli", "--configuration", Configuration, "--no-build",
        "--filter", "FullyQualifiedName~PackageTests"));

Task("Bench")
    .Description("Runs the load driver: --arguments=\"run --rounds 5 ...\" replaces the default; --cluster=true measures three packed nodes against etcd, into benchmarks/results/cluster.md. Installs its peers by apt.")
    .Does(() =>
    {
        Run("Bench", "benchmarks/Load/install-peers.sh");
        if (Argument("cluster", false))
        {
            var program = $"{PublishProgram("Bench")}/nacre";
            DotNet("Bench", "build", "benchmarks/Load", "--configuration", Configuration, "--verbosity", "quiet");
            DotNet("Bench", new[]
                {
                    "run", "--project", "benchmarks/Load", "--configuration", Configuration, "--no-build", "--",
                    "cluster", "--program", program, "--output-file", "benchmarks/results/cluster.md",
                }
                .Concat(Argument("arguments", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray());
            return;
        }

        DotNet("Bench", "build", Solution, "--configuration", Configuration, "--verbosity", "quiet");
        DotNet("Bench", new[] { "run", "--project", "benchmarks/Load", "--configuration", Configuration, "--no-build", "--" }
            .Concat(Argument("arguments", "run").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray());
    });

Task("Simulate")
    .Description("Runs a cluster, or a node's storage, under seeds: --layer=core|nodes|storage --seeds=N --first-seed=S [--bug=NAME|All] [--threads=T] [--kept=true]; docs/simulation.md.")
    .Does(() =>
    {
        DotNet("Simulate", "build", "tests/Simulation", "--configuration", Configuration, "--verbosity", "quiet");
        var arguments = new List<string>
        {
            "run", "--project", "tests/Simulation", "--configuration", Configuration, "--no-build", "--", "simulate",
            $"--layer={Argument("layer", "core")}", $"--seeds={Argument("seeds", "1000")}", $"--first-seed={Argument("first-seed", "1")}", $"--threads={Argument("threads", "2")}",
        };
        if (HasArgument("bug"))
        {
            arguments.Add($"--bug={Argument<string>("bug")}");
        }

        if (Argument("kept", false))
        {
            arguments.Add("--kept");
        }

        DotNet("Simulate", arguments.ToArray());
    });

Task("Nemesis")
    .Description("Harms a cluster of real processes: [--minutes=N] [--fault=NAME,...|All] [--seed=S] [--seconds=N] [--repeat=N] [--snapshot-mib=N] [--network=packets|tcp] [--packed=true] [--kept=true]; docs/nemesis.md.")
    .Does(() =>
    {
        Run("Nemesis", "tests/install-tools.sh");
        DotNet("Nemesis", "build", "tests/Nemesis", "--configuration", Configuration, "--verbosity", "quiet");
        var arguments = new List<string> { "run", "--project", "tests/Nemesis", "--configuration", Configuration, "--no-build", "--", "nemesis" };
        foreach (var name in new[] { "minutes", "fault", "seed", "seconds", "repeat", "snapshot-mib", "network" }.Where(HasArgument))
        {
            arguments.Add($"--{name}={Argument<string>(name)}");
        }

        var isKept = Argument("kept", false);
        if (isKept)
        {
            arguments.Add("--kept");
        }

        if (Argument("packed", isKept))
        {
            arguments.Add($"--program={PublishProgram("Nemesis")}/nacre");
        }

        DotNet("Nemesis", arguments.ToArray());
    });

RunTarget(target);
