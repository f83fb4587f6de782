using System.CommandLine;
using Nacre.Benchmarks.Load;
using Nacre.Benchmarks.Load.Clusters;
using Nacre.Benchmarks.Load.Echo;

var port = new Option<int>("--port") { Required = true, Description = "Loopback port." };
var certificate = new Option<string>("--certificate") { Required = true, Description = "PEM file." };
var key = new Option<string>("--key") { Required = true, Description = "PEM file." };
var echoServer = new Command("echo-server", "The ceiling's server; started by a run.") { port, certificate, key };
echoServer.SetAction(result => EchoServer.RunAsync(
    result.GetRequiredValue(port), result.GetRequiredValue(certificate), result.GetRequiredValue(key)));

return await new RootCommand("The load driver of Nacre: interleaved runs against itself, an echo server and real peers.")
{
    RunCommand.Create(),
    ClusterCommand.Create(),
    echoServer,
}.Parse(args).InvokeAsync();
