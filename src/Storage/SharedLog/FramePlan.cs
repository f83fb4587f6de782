using System.Runtime.InteropServices;
using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>What goes into one frame: the appends of a batch and the log's own records, measured by domain.</summary>
/// <remarks>Belongs to the writer; used again from frame to frame.</remarks>
internal sealed class FramePlan
{
    private readonly List<PlannedSection> _sections = [];

    /// <summary>The appends, in order.</summary>
    public List<QueuedAppend> Appends { get; } = [];

    /// <summary>Hard states and truncations that the log writes for itself.</summary>
    public List<ShardControl> Controls { get; } = [];

    /// <summary>Segments through this use id are free once the frame is durable; 0 for none.</summary>
    public ulong FreedThrough { get; set; }

    /// <summary>Seals.</summary>
    public FrameFlags Flags { get; set; }

    /// <summary>The node's note; null but in a shutdown seal.</summary>
    public ReadOnlyMemory<byte>? Note { get; set; }

    /// <summary>The sections, in order of first mention.</summary>
    public IReadOnlyList<PlannedSection> Sections => _sections;

    /// <summary>Bytes of all sections' records.</summary>
    public int RecordBytes { get; private set; }

    /// <summary>Bytes of the frame, padding included.</summary>
    public int FrameBytes => (int)LogFormat.RoundUp(FrameHeader.BodyOffset(_sections.Count) + RecordBytes);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Appends.Clear();
        Controls.Clear();
        FreedThrough = 0;
        Flags = FrameFlags.None;
        Note = null;
        _sections.Clear();
        RecordBytes = 0;
    }

    /// <summary>Adds up what each section needs; to be called once all is in.</summary>
    public void Measure()
    {
        _sections.Clear();
        RecordBytes = 0;
        foreach (ref readonly QueuedAppend queued in CollectionsMarshal.AsSpan(Appends))
        {
            Add(queued.Append.Domain, queued.RecordBytes);
        }

        foreach (ShardControl control in Controls)
        {
            Add(control.Domain, control.RecordBytes);
        }

        if (FreedThrough != 0)
        {
            Add(KeyDomainId.Shared, RecordWriter.FreedBytes);
        }

        if (Note is { } note)
        {
            Add(KeyDomainId.Shared, RecordWriter.NoteHeaderBytes + note.Length);
        }
    }

    /// <summary>Lays a section's records out.</summary>
    public void Write(KeyDomainId domain, Span<byte> destination)
    {
        var writer = new RecordWriter(destination);
        foreach (ref readonly QueuedAppend queued in CollectionsMarshal.AsSpan(Appends))
        {
            if (queued.Append.Domain == domain)
            {
                writer.Append(queued.Append);
            }
        }

        foreach (ShardControl control in Controls)
        {
            if (control.Domain == domain)
            {
                control.Write(ref writer);
            }
        }

        if (domain == KeyDomainId.Shared)
        {
            if (FreedThrough != 0)
            {
                writer.Freed(FreedThrough);
            }

            if (Note is { } note)
            {
                writer.Note(note.Span);
            }
        }

        Invariant.Check(writer.Remaining == 0);
    }

    private void Add(KeyDomainId domain, int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        RecordBytes += bytes;
        for (int i = 0; i < _sections.Count; i++)
        {
            if (_sections[i].Domain == domain)
            {
                _sections[i] = new PlannedSection(domain, _sections[i].Bytes + bytes);
                return;
            }
        }

        _sections.Add(new PlannedSection(domain, bytes));
    }
}
