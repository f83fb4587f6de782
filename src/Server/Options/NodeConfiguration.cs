using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Nacre.Core.Errors;

namespace Nacre.Server.Options;

/// <summary>Gathers a node's options: defaults &lt; file &lt; environment &lt; command line.</summary>
public static class NodeConfiguration
{
    private const string Prefix = "NACRE_";

    /// <summary>Variables of that prefix that are the clients' or name secrets, and no options.</summary>
    private static readonly HashSet<string> OtherVariables = new(StringComparer.OrdinalIgnoreCase)
    {
        "NACRE_ENDPOINT", "NACRE_KEY", "NACRE_CA", "NACRE_TOKEN", "NACRE_CONNECTION_FILE", "NACRE_ROOT_PASSPHRASE_FILE",
    };

    /// <summary>Gathers and checks options.</summary>
    /// <param name="file">A JSON file, or null. An unknown member in it is refused.</param>
    /// <param name="environment">
    /// Variables by name; those beginning <c>NACRE_</c> are options, words parted by <c>_</c> and sections by
    /// <c>__</c>: <c>NACRE_LIMITS__DRAIN_SECONDS</c> is <c>limits.drainSeconds</c>. The one that a root key reference
    /// names is left alone.
    /// </param>
    /// <param name="commandLine">Settings by key, such as <c>limits:drainSeconds</c>; null values are left out.</param>
    /// <returns>The options. Error: <see cref="ErrorCode.Malformed"/>, naming every setting that is wrong.</returns>
    public static Result<NodeOptions> Load(
        string? file, IDictionary environment, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var builder = new ConfigurationBuilder();
        try
        {
            if (file is not null)
            {
                builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
            }

            string? rootKeyVariable = RootKeyVariable(environment, commandLine);
            builder.AddInMemoryCollection(FromEnvironment(environment, rootKeyVariable));
            builder.AddInMemoryCollection(commandLine.Where(setting => setting.Value is not null));
            NodeOptions options = builder.Build().Get<NodeOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new NodeOptions();
            return Check(options);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or FileNotFoundException or FormatException)
        {
            return new NacreError(ErrorCode.Malformed, $"The configuration cannot be read: {Innermost(e).Message}");
        }
    }

    /// <summary>Holds options to the ranges that their properties state.</summary>
    /// <returns>The options. Error: <see cref="ErrorCode.Malformed"/>, naming every setting that is wrong.</returns>
    public static Result<NodeOptions> Check(NodeOptions options)
    {
        ValidateOptionsResult result = new NodeOptionsValidator().Validate(null, options);
        List<string> faults = result.Failed ? [.. result.Failures] : [];
        if ((options.Tls.CertificateFile is null) != (options.Tls.KeyFile is null))
        {
            faults.Add("tls: certificateFile and keyFile are given together or not at all.");
        }

        if (options.RootKey is null && !options.Dev)
        {
            faults.Add("rootKey: name a root key (--root-key file:PATH or env:NAME), or start with --dev to try things out.");
        }

        return faults.Count == 0 ? options : new NacreError(ErrorCode.Malformed, string.Join(' ', faults));
    }

    private static string? RootKeyVariable(IDictionary environment, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        string? reference = commandLine
            .LastOrDefault(setting => string.Equals(setting.Key, nameof(NodeOptions.RootKey), StringComparison.OrdinalIgnoreCase)).Value
            ?? environment["NACRE_ROOT_KEY"] as string;
        return reference?.StartsWith("env:", StringComparison.Ordinal) == true ? reference["env:".Length..] : null;
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary environment, string? rootKeyVariable) =>
        from DictionaryEntry variable in environment
        let name = (string)variable.Key
        where name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && !OtherVariables.Contains(name)
            && name != rootKeyVariable
        select KeyValuePair.Create(
            name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal),
            (string?)variable.Value);

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
