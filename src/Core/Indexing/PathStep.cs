using System.Text;

namespace Nacre.Core.Indexing;

/// <summary>A step of a <see cref="DocumentPath"/>: into a member, or into an array's elements.</summary>
public readonly record struct PathStep
{
    private readonly string? _name;

    private PathStep(string? name) => _name = name;

    /// <summary>Into the elements of an array.</summary>
    public static PathStep Element => default;

    /// <summary>True for a step into elements.</summary>
    public bool IsElement => _name is null;

    /// <summary>The member's name; empty for a step into elements.</summary>
    public string Name => _name ?? "";

    /// <summary>Into the member of this name.</summary>
    /// <param name="name">Any text, also an empty one.</param>
    public static PathStep Member(string name) => new(name);

    /// <summary>As a path has it, without the slash.</summary>
    public override string ToString()
    {
        if (_name is null)
        {
            return "[]";
        }

        bool plain = _name.Length > 0 && !_name.Contains('/') && _name[0] is not ('"' or '\'') &&
            !char.IsWhiteSpace(_name[0]) && !char.IsWhiteSpace(_name[^1]) && _name is not ("*" or "?" or "[]");
        return plain
            ? _name
            : new StringBuilder(_name).Replace("\\", "\\\\").Replace("\"", "\\\"").Insert(0, '"').Append('"').ToString();
    }
}
