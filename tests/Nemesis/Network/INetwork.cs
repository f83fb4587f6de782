namespace Nacre.Nemesis.Tests.Network;

/// <summary>What lies between the nodes.</summary>
internal interface INetwork : IAsyncDisposable
{
    /// <summary>The rules; a change takes effect at once.</summary>
    LinkTable Links { get; }

    /// <summary>True where single packets are lost, doubled and overtaken; false where stalls and resets of connections stand for that.</summary>
    bool HasPackets { get; }

    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Makes room for a node. Once for each number.</summary>
    NodeAddresses Add(int node);

    /// <summary>What stands before the command line of a node's program.</summary>
    IReadOnlyList<string> LauncherOf(int node);

    /// <summary>Says which process is the node's from now on.</summary>
    void Started(int node, int process);
}
