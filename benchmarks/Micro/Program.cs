using BenchmarkDotNet.Running;
using Nacre.Micro.Trees;

if (args is ["trees", .. var options])
{
    // One pass over a whole life of an index: what is measured changes as it runs, so it is no case for repetition.
    await TreeRun.RunAsync(options);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
