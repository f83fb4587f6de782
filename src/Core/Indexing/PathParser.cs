using System.Text;
using System.Text.Unicode;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>Reads paths, with a wildcard at the end or without.</summary>
internal ref struct PathParser
{
    private readonly string _text;
    private readonly List<PathStep> _steps;
    private int _at;

    private PathParser(string text)
    {
        _text = text;
        _steps = [];
    }

    /// <summary>Reads a path.</summary>
    /// <returns>The steps, and <c>*</c>, <c>?</c> or nothing; or Malformed.</returns>
    public static Result<(DocumentPath Path, char Wildcard)> Parse(string text)
    {
        if (text.Length == 0 || text[0] != '/')
        {
            return Refuse(text, "it does not begin with '/'");
        }

        if (!IsUnicode(text) || Encoding.UTF8.GetByteCount(text) > DocumentPath.MaxBytes)
        {
            return Refuse("", $"it is no Unicode text of at most {DocumentPath.MaxBytes} bytes");
        }

        return text == "/" ? (DocumentPath.Root, default(char)) : new PathParser(text).Run();
    }

    private Result<(DocumentPath Path, char Wildcard)> Run()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] != '/')
            {
                return Refuse(_text, "a quoted name is not followed by '/' or the end");
            }

            _at++;
            bool quoted = _at < _text.Length && _text[_at] is '"' or '\'';
            string? name = quoted ? TakeQuoted() : TakePlain();
            if (name is null)
            {
                return Refuse(_text, "a quoted name has no closing quote");
            }

            if (!quoted && name.Length == 0)
            {
                return Refuse(_text, "a name between slashes is empty");
            }

            if (!quoted && name is "*" or "?")
            {
                return _at == _text.Length ? Finish(name[0]) : Refuse(_text, "a wildcard does not stand at the end");
            }

            _steps.Add(!quoted && name == "[]" ? PathStep.Element : PathStep.Member(name));
        }

        return Finish(default);
    }

    private readonly Result<(DocumentPath Path, char Wildcard)> Finish(char wildcard)
    {
        if (_steps.Count > DocumentLimits.MaxDepth)
        {
            return Refuse(_text, $"it has more than {DocumentLimits.MaxDepth} steps");
        }

        Result<DocumentPath> path = DocumentPath.Of([.. _steps]);
        return path.IsOk ? (path.Value, wildcard) : path.Error;
    }

    private string TakePlain()
    {
        int end = _text.IndexOf('/', _at);
        end = end < 0 ? _text.Length : end;
        string name = _text[_at..end].Trim();
        _at = end;
        return name;
    }

    private string? TakeQuoted()
    {
        char quote = _text[_at++];
        var name = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            if (_text[_at] == quote)
            {
                _at++;
                return name.ToString();
            }

            if (_text[_at] == '\\' && _at + 1 < _text.Length && (_text[_at + 1] == quote || _text[_at + 1] == '\\'))
            {
                _at++;
            }

            name.Append(_text[_at]);
        }

        return null;
    }

    private static bool IsUnicode(string text)
    {
        Span<byte> utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Utf8.FromUtf16(text, utf8, out _, out _, replaceInvalidSequences: false) ==
            System.Buffers.OperationStatus.Done;
    }

    private static NacreError Refuse(string text, string why) =>
        new(ErrorCode.Malformed, text.Length == 0 ? $"A path is refused: {why}." : $"The path {text} is refused: {why}.");
}
