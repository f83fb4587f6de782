using Microsoft.Testing.Platform.Builder;
using Nacre.Nemesis.Tests;

if (args.Length > 0 && args[0] == "nemesis")
{
    return await NemesisCommand.RunAsync(args[1..], Console.Out);
}

ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(args);
SelfRegisteredExtensions.AddSelfRegisteredExtensions(builder, args);
using ITestApplication application = await builder.BuildAsync();
return await application.RunAsync();
