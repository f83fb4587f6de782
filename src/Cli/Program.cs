using Nacre.Cli;

return await CliProgram.RunAsync(args, Terminal.OfProcess());
