using System.CommandLine;

return await new RootCommand("The load driver of Nacre.").Parse(args).InvokeAsync();
