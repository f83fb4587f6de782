using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Nacre.Query.Syntax;

namespace Nacre.Query.Tests.Syntax;

/// <summary>The shape of a tree as text, positions left out: equal for equal trees, written without the printer.</summary>
internal static class TreeText
{
    private static readonly HashSet<string> LeftOut = ["Position", "Depth", "EqualityContract", "Number"];

    public static string Of(object? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? node)
    {
        switch (node)
        {
            case null:
                text.Append('-');
                break;
            case string or Enum or bool:
                text.Append(CultureInfo.InvariantCulture, $"'{node}'");
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (object? item in items)
                {
                    Write(text, item);
                    text.Append(' ');
                }

                text.Append(']');
                break;
            default:
                text.Append('(').Append(node.GetType().Name);
                foreach (PropertyInfo property in node.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(property => !LeftOut.Contains(property.Name)).OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    text.Append(' ').Append(property.Name).Append('=');
                    Write(text, property.GetValue(node));
                }

                text.Append(')');
                break;
        }
    }
}
