using BenchmarkDotNet.Running;
using Nacre.Micro;
using Nacre.Micro.Documents;
using Nacre.Micro.Records;
using Nacre.Micro.SharedLog;
using Nacre.Micro.Trees;

switch (args)
{
    case ["trees", .. var options]:
        // One pass over a whole life of an index: what is measured changes as it runs, so it is no case for repetition.
        await TreeRun.RunAsync(options);
        break;
    case ["indexes", var file, .. var options]:
        // A load and then questions: what is measured changes as it grows.
        await IndexRun.RunAsync(file, options);
        break;
    case ["log", var directory]:
        // Percentiles against the bare disk, which means of repetitions do not show.
        await LogLatency.RunAsync(directory);
        break;
    case ["store", var directory]:
        // A store's life on a real disk: what is measured changes as it grows.
        await StoreRun.RunAsync(directory);
        break;
    case ["permissions"]:
        // Processor time, which other programs on the machine do not stretch as they do the clock.
        PermissionRun.Run();
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
