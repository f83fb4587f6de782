namespace Nacre.Replication;

/// <summary>Where replicas run their loops: the thread pool in the product, one thread under a seed in simulation.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IReplicaScheduler
{
    /// <summary>Runs the work soon and once, never inside this call.</summary>
    void Schedule(IThreadPoolWorkItem work);
}
