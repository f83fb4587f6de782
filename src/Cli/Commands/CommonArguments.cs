using System.CommandLine;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>Arguments and options that several verbs share, made anew for each.</summary>
internal static class CommonArguments
{
    public static Argument<string> Database() => new("DB") { Description = "The database's name." };

    public static Argument<string> Container() => new("CONTAINER") { Description = "The container's name." };

    public static Argument<string> User() => new("USER") { Description = "The user's name." };

    public static Argument<string> Id() => new("ID") { Description = "The item's id." };

    public static Option<string?> IfMatch() => new("--if-match") { Description = "Only if it still has this etag.", HelpName = "ETAG" };

    public static Option<ConsistencyLevel?> Consistency() =>
        Choice.Optional<ConsistencyLevel>("--consistency", "What the read promises: the account's level, which is the default, or a weaker one.");

    public static Option<string?> SessionToken() => new("--session-token")
    {
        Description = "With session level: also what an earlier answer's session token tells of.",
        HelpName = "TOKEN",
    };

    public static Option<string[]> PartitionKey(bool required) => new("--partition-key", "-p")
    {
        Description = "The partition key; once for each level. A value that is a JSON number, true, false or null is taken as that; " +
            "anything else is text, and so is a JSON string: '\"5\"' is the text 5.",
        HelpName = "VALUE",
        Required = required,
    };
}
