using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Nemesis.Tests.Network;

/// <summary>A network interface of the kernel whose packets this program reads and writes.</summary>
/// <remarks>Takes root. One thread reads, any number write. The interface goes with the handle.</remarks>
internal sealed partial class Tunnel : IDisposable
{
    private const int ReadWrite = 2;
    private const short Readable = 1;
    private const nuint SetInterface = 0x400454CA;
    private const short WithoutHeader = 0x1001;
    private const int NameBytes = 16;
    private const int RequestBytes = 40;

    private readonly SafeFileHandle _device;

    /// <summary>Makes an interface.</summary>
    /// <param name="name">Its name: at most 15 ASCII characters.</param>
    public Tunnel(string name)
    {
        Name = name;
        _device = Open("/dev/net/tun", ReadWrite);
        if (_device.IsInvalid)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request[..(NameBytes - 1)]);
        BitConverter.TryWriteBytes(request[NameBytes..], WithoutHeader);
        if (Control(_device, SetInterface, ref MemoryMarshal.GetReference(request)) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>Waits for a packet.</summary>
    /// <returns>Its length; 0 when none came in time, or the interface is gone.</returns>
    public int Read(Span<byte> into, int patienceMs)
    {
        var wanted = new PollEntry { File = (int)_device.DangerousGetHandle(), Events = Readable };
        return Poll(ref wanted, 1, patienceMs) <= 0 ? 0 : Math.Max(0, (int)ReadFile(_device, ref MemoryMarshal.GetReference(into), (nuint)into.Length));
    }

    /// <summary>Sends a packet into the interface. One that the kernel does not take is lost, as packets are.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = WriteFile(_device, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadFile(SafeFileHandle file, ref byte into, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteFile(SafeFileHandle file, ref readonly byte from, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
