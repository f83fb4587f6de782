namespace Nacre.Client.Transport;

/// <summary>Protobuf knows no absent text: empty stands for it.</summary>
internal static class WireText
{
    public static string? OrNull(string text) => text.Length == 0 ? null : text;
}
