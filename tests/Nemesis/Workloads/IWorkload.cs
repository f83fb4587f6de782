namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>What workers do all the time, and what must be true of it afterwards.</summary>
internal interface IWorkload
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Does one operation, or one with what leads to it.</summary>
    Task StepAsync(Worker worker);

    /// <summary>Reads everything once more, when nobody writes any longer.</summary>
    /// <param name="worker">Asks one node, patiently.</param>
    Task ReadBackAsync(Worker worker);

    /// <summary>Checks the whole history.</summary>
    /// <exception cref="ViolationException">It contradicts what is promised.</exception>
    void Check();

    /// <summary>Writes the history down, one operation a line.</summary>
    void Write(TextWriter output);
}
