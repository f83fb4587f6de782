namespace Nacre.Storage.Devices;

/// <summary>A piece of work that may wait for the disk.</summary>
internal abstract class IoWork
{
    /// <summary>Does the work; throws nothing, for there is nobody to catch it.</summary>
    public abstract void Run();
}
