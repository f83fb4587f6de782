using System.Collections;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Nacre.Core.Errors;

namespace Nacre.Server.Options;

/// <summary>Gathers a node's options: defaults &lt; file &lt; environment &lt; command line.</summary>
public static class NodeConfiguration
{
    private const string Prefix = "NACRE_";
    private const string VariableReference = "env:";

    /// <summary>Variables of that prefix that are the clients' or name secrets, and no options.</summary>
    private static readonly HashSet<string> OtherVariables = new(StringComparer.OrdinalIgnoreCase)
    {
        "NACRE_ENDPOINT", "NACRE_KEY", "NACRE_CA", "NACRE_TOKEN", "NACRE_CONNECTION_FILE", "NACRE_ROOT_PASSPHRASE_FILE",
        "NACRE_JOIN_TOKEN",
    };

    /// <summary>Gathers and checks options.</summary>
    /// <param name="file">A JSON file, or null. An unknown member in it is refused.</param>
    /// <param name="environment">
    /// Variables by name; those beginning <c>NACRE_</c> are options, words parted by <c>_</c> and sections by
    /// <c>__</c>: <c>NACRE_LIMITS__DRAIN_SECONDS</c> is <c>limits.drainSeconds</c>. One that a root key reference
    /// names, wherever that stands, is left alone.
    /// </param>
    /// <param name="commandLine">Settings by key, such as <c>limits:drainSeconds</c>; null values are left out.</param>
    /// <returns>The options. Error: <see cref="ErrorCode.Malformed"/>, naming every setting that is wrong.</returns>
    public static Result<NodeOptions> Load(
        string? file, IDictionary environment, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        List<Said> said = FromEnvironment(environment);
        said.AddRange(commandLine.Select(setting => new Said(setting.Key, setting.Value, setting.Key.Replace(':', '.'))));
        if (file is not null)
        {
            try
            {
                said.InsertRange(0, FromFile(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
            {
                return new NacreError(ErrorCode.Malformed, $"The configuration file {file} cannot be read: {e.Message}");
            }
        }

        HashSet<string> rootKeyVariables =
        [
            .. said.Where(setting => string.Equals(setting.Key, nameof(NodeOptions.RootKey), StringComparison.OrdinalIgnoreCase))
                .Select(setting => setting.Value ?? "")
                .Where(reference => reference.StartsWith(VariableReference, StringComparison.Ordinal))
                .Select(reference => reference[VariableReference.Length..]),
        ];
        List<string> faults = [];
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (Said setting in said.Where(setting => !rootKeyVariables.Contains(setting.Written)))
        {
            if (SettingRules.FindFault(setting.Key, setting.Value, setting.Written) is { } fault)
            {
                faults.Add(fault);
            }
            else if (setting.Value is not null)
            {
                settings[setting.Key] = setting.Value;
            }
        }

        NodeOptions options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<NodeOptions>() ?? new NodeOptions();
        faults.AddRange(FindFaults(options));
        return faults.Count == 0 ? options : Refuse(faults);
    }

    /// <summary>Holds options to the ranges that their properties state.</summary>
    /// <returns>The options. Error: <see cref="ErrorCode.Malformed"/>, naming every setting that is wrong.</returns>
    public static Result<NodeOptions> Check(NodeOptions options)
    {
        List<string> faults = [.. FindFaults(options)];
        return faults.Count == 0 ? options : Refuse(faults);
    }

    private static IEnumerable<string> FindFaults(NodeOptions options)
    {
        foreach (string fault in SettingRules.FindFaults(options))
        {
            yield return fault;
        }

        if ((options.Tls.CertificateFile is null) != (options.Tls.KeyFile is null))
        {
            yield return "tls: certificateFile and keyFile are given together or not at all.";
        }

        if (options.RootKey is null && !options.Dev)
        {
            yield return "rootKey: name a root key (--root-key file:PATH or env:NAME), or start with --dev to try things out.";
        }
    }

    private static NacreError Refuse(List<string> faults) => new(ErrorCode.Malformed, string.Join(' ', faults));

    private static List<Said> FromFile(string file)
    {
        using FileStream content = File.OpenRead(file);
        return
        [
            .. LeavesOf(new ConfigurationBuilder().AddJsonStream(content).Build())
                .Select(leaf => new Said(leaf.Path, leaf.Value, $"{leaf.Path.Replace(':', '.')} in {file}")),
        ];
    }

    private static IEnumerable<IConfigurationSection> LeavesOf(IConfiguration section) =>
        section.GetChildren().SelectMany(child => child.GetChildren().Any() ? LeavesOf(child) : [child]);

    private static List<Said> FromEnvironment(IDictionary environment) =>
    [
        .. from DictionaryEntry variable in environment
           let name = (string)variable.Key
           where name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !OtherVariables.Contains(name)
           let key = name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
           select new Said(key, (string?)variable.Value, name),
    ];

    /// <summary>A setting as one source has it.</summary>
    /// <param name="Key">Sections and name, parted by <c>:</c>.</param>
    /// <param name="Value">Its text; null where the source leaves it open.</param>
    /// <param name="Written">Its name as the user wrote it.</param>
    private sealed record Said(string Key, string? Value, string Written);
}
