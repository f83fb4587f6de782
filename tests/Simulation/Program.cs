using Microsoft.Testing.Platform.Builder;
using Nacre.Simulation.Tests;

if (args.Length > 0 && args[0] == "simulate")
{
    return SimulateCommand.Run(args.AsSpan(1), Console.Out);
}

ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(args);
SelfRegisteredExtensions.AddSelfRegisteredExtensions(builder, args);
using ITestApplication application = await builder.BuildAsync();
return await application.RunAsync();
