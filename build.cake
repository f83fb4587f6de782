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
        // A test project without tests leaves with 8; the totals are counted over all of them.
        DotNet("Test", "test", "--solution", Solution, "--configuration", Configuration, "--no-build",
            "--filter", Argument("filter", "TestCategory!=Long"), "--ignore-exit-code", "8");
    });

Task("Lint")
    .Description("Fails where a file is not formatted as .editorconfig says.")
    .Does(() => DotNet("Lint", "format", Solution, "--verify-no-changes"));

Task("Quickstart")
    .Description("Starts a server on a fresh folder, fills it with real data, and reads it back.")
    .Does(() => DotNet("Quickstart", "run", "--project", "src/Cli", "--configuration", Configuration, "--", "quickstart"));

RunTarget(target);
