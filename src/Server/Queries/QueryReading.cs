using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf.Collections;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Values;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Queries;

/// <summary>Reads queries and their parameters out of requests.</summary>
internal static class QueryReading
{
    private const int MostParameters = 2_000;

    private static readonly NacreError TooManyParameters = new(ErrorCode.QueryLimit, $"A query has at most {MostParameters} parameters.");

    /// <summary>Parses and binds.</summary>
    /// <returns>Malformed for parameters; QuerySyntax, QuerySemantic, QueryLimit.</returns>
    public static Result<BoundQuery> Read(QueryRequest message)
    {
        Result<Dictionary<string, QueryValue>> parameters = Read(message.Parameters);
        if (!parameters.IsOk)
        {
            return parameters.Error;
        }

        Result<SelectQuery> syntax = QueryParser.Parse(message.Text);
        return syntax.IsOk ? QueryBinder.Bind(syntax.Value, parameters.Value, NoUserFunctions.Instance) : syntax.Error;
    }

    /// <summary>Tells queries apart by text, parameters and what they may see.</summary>
    public static ulong IdentityOf(QueryRequest message, in PartitionKey scope)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> key = stackalloc byte[1 + PartitionKeyHash.MaxBytes];
        key[0] = (byte)scope.Count;
        hash.AppendData(key[..(1 + PartitionKeyHash.Write(scope, key[1..]))]);
        Append(hash, Encoding.UTF8.GetBytes(message.Text));
        foreach (QueryParameter parameter in message.Parameters.OrderBy(static parameter => parameter.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(parameter.Name));
            Append(hash, parameter.Value.Span);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static Result<Dictionary<string, QueryValue>> Read(RepeatedField<QueryParameter> message)
    {
        if (message.Count > MostParameters)
        {
            return TooManyParameters;
        }

        Dictionary<string, QueryValue> parameters = new(message.Count, StringComparer.Ordinal);
        foreach (QueryParameter parameter in message)
        {
            if (!parameter.Name.StartsWith('@') || !IsJson(parameter.Value.Span))
            {
                return new NacreError(ErrorCode.Malformed,
                    $"The parameter {QueryPrinter.Quote(parameter.Name)} is not a name that begins with @ and a JSON value of at most {DocumentLimits.MaxDepth} levels.");
            }

            if (!parameters.TryAdd(parameter.Name, QueryValueReader.Read(parameter.Value.Memory)))
            {
                return new NacreError(ErrorCode.Malformed, $"The parameter {QueryPrinter.Quote(parameter.Name)} is given twice.");
            }
        }

        return parameters;
    }

    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return false;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DocumentLimits.MaxDepth });
        try
        {
            // Whatever stands behind the value is refused, too.
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
