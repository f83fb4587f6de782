using System.Text.Json;
using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

/// <summary>The state of one inspection.</summary>
internal ref struct DocumentPass
{
    // Invariants:
    // - _entered[p] is the number of steps of path p that the objects open now follow, from the root without a gap.
    // - _ends and _enters are bit sets of paths that concern the value right behind the last member name.

    private readonly ReadOnlySpan<byte> _document;
    private readonly MemberNames _names;
    private readonly byte[][][] _steps;
    private Utf8JsonReader _reader;
    private LevelInts _entered;
    private LevelValues _values;
    private int _ends;
    private int _enters;
    private bool _isId;
    private string? _id;

    public DocumentPass(ReadOnlySpan<byte> utf8, PartitionKeyDefinition definition, MemberNames names)
    {
        // One more level than allowed, so that this pass and not the reader refuses it.
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DocumentLimits.MaxDepth + 1 });
        _document = utf8;
        _names = names;
        _steps = definition.Steps;
    }

    public Result<InspectedDocument> Run()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
        {
            return new NacreError(ErrorCode.Malformed, "The document is not a JSON object.");
        }

        _names.OpenObject();
        while (_reader.Read())
        {
            NacreError? error = _reader.TokenType switch
            {
                JsonTokenType.PropertyName => OnName(),
                JsonTokenType.StartObject or JsonTokenType.StartArray => OnStart(),
                JsonTokenType.EndObject => OnEndObject(),
                JsonTokenType.EndArray => null,
                _ => OnScalar(),
            };
            if (error is not null)
            {
                return error;
            }
        }

        return Finish();
    }

    private Result<InspectedDocument> Finish()
    {
        if (_id is null)
        {
            return new NacreError(ErrorCode.Malformed, "The document has no id.");
        }

        if (DocumentInspector.CheckId(_id) is { } refusal)
        {
            return refusal;
        }

        var key = new PartitionKey(_values[.._steps.Length]);
        return key.SizeBytes > DocumentLimits.MaxPartitionKeyBytes
            ? new NacreError(ErrorCode.TooLarge,
                $"The partition key has {key.SizeBytes} bytes; {DocumentLimits.MaxPartitionKeyBytes} are allowed.")
            : new InspectedDocument(_id, key);
    }

    private NacreError? OnName()
    {
        bool added = _reader.ValueIsEscaped
            ? _names.TryAddEscaped(_document, _reader)
            : _names.TryAdd(_document, _reader.ValueSpan, (int)_reader.TokenStartIndex + 1);
        if (!added)
        {
            return Repeated();
        }

        ReadOnlySpan<byte> name = _names.Last(_document);
        int depth = _reader.CurrentDepth;
        _isId = depth == 1 && name.SequenceEqual("id"u8);
        for (int path = 0; path < _steps.Length; path++)
        {
            byte[][] steps = _steps[path];
            if (_entered[path] == depth - 1 && steps.Length >= depth && name.SequenceEqual(steps[depth - 1]))
            {
                if (steps.Length == depth)
                {
                    _ends |= 1 << path;
                }
                else
                {
                    _enters |= 1 << path;
                }
            }
        }

        return null;
    }

    private NacreError? OnStart()
    {
        int depth = _reader.CurrentDepth;
        if (depth >= DocumentLimits.MaxDepth)
        {
            return new NacreError(
                ErrorCode.TooLarge, $"The document is nested deeper than {DocumentLimits.MaxDepth} levels.");
        }

        if (_isId)
        {
            return IdNotText();
        }

        if (_ends != 0)
        {
            return new NacreError(ErrorCode.Malformed, "A partition key value is an object or an array.");
        }

        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            _names.OpenObject();
            for (int path = 0; _enters != 0 && path < _steps.Length; path++)
            {
                if ((_enters & (1 << path)) != 0)
                {
                    _entered[path] = depth;
                }
            }
        }

        _enters = 0;
        return null;
    }

    private NacreError? OnEndObject()
    {
        if (!_names.TryCloseObject(_document))
        {
            return Repeated();
        }

        int depth = _reader.CurrentDepth;
        for (int path = 0; path < _steps.Length; path++)
        {
            _entered[path] = Math.Min(_entered[path], Math.Max(depth - 1, 0));
        }

        return null;
    }

    private NacreError? OnScalar()
    {
        if (_isId)
        {
            if (_reader.TokenType != JsonTokenType.String)
            {
                return IdNotText();
            }

            _id = _reader.GetString();
            _isId = false;
        }

        for (int path = 0; _ends != 0 && path < _steps.Length; path++)
        {
            if ((_ends & (1 << path)) != 0)
            {
                if (!PartitionKey.TryReadValue(ref _reader, out PartitionKeyValue value))
                {
                    return new NacreError(
                        ErrorCode.Malformed, "A partition key value is a number too large for a double.");
                }

                _values[path] = value;
            }
        }

        _ends = 0;
        _enters = 0;
        return null;
    }

    private static NacreError IdNotText() => new(ErrorCode.Malformed, "The id is not a string.");

    private readonly NacreError Repeated() => new(ErrorCode.Malformed,
        $"An object that ends or goes on at byte {_reader.TokenStartIndex + 1} has two members of the same name.");

    [System.Runtime.CompilerServices.InlineArray(DocumentLimits.MaxPartitionKeyPaths)]
    private struct LevelInts
    {
        private int _element;
    }

    [System.Runtime.CompilerServices.InlineArray(DocumentLimits.MaxPartitionKeyPaths)]
    private struct LevelValues
    {
        private PartitionKeyValue _element;
    }
}
