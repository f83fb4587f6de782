using System.CommandLine;

return await new RootCommand("Nacre: an encrypted JSON document database.").Parse(args).InvokeAsync();
