using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Server.Wire;

/// <summary>Writes how a call ended, from inside and from outside of the gRPC library.</summary>
internal static class GrpcStatusWriter
{
    private const string StatusKey = "grpc-status";
    private const string MessageKey = "grpc-message";

    /// <summary>Refuses a call from inside a handler.</summary>
    /// <param name="context">The call.</param>
    /// <param name="error">Why.</param>
    /// <param name="activity">Names the request in the logs.</param>
    /// <param name="sessionToken">What the caller's session has seen by being told so; empty for nothing.</param>
    public static void Refuse(ServerCallContext context, NacreError error, ActivityId activity, string sessionToken = "")
    {
        context.Status = new Status(StatusMap.ToStatus(error.Code), error.Message);
        context.ResponseTrailers.Add(ErrorTrailer.Key, ErrorTrailer.Describe(error, activity, sessionToken).ToByteArray());
    }

    /// <summary>Refuses a call that the library has not seen: an answer of headers alone.</summary>
    public static void Refuse(HttpResponse response, NacreError error, ActivityId activity)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers[StatusKey] = ((int)StatusMap.ToStatus(error.Code)).ToString(CultureInfo.InvariantCulture);
        response.Headers[MessageKey] = Uri.EscapeDataString(error.Message);
        response.Headers[ErrorTrailer.Key] = Convert.ToBase64String(ErrorTrailer.Describe(error, activity).ToByteArray());
    }

    /// <summary>Gives a call that the library itself refused the trailer that every refusal carries.</summary>
    /// <returns>How the call ended.</returns>
    public static ErrorCode Complete(HttpResponse response, ActivityId activity)
    {
        IHeaderDictionary? destination = response.Headers.ContainsKey(StatusKey)
            ? response.Headers
            : response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (destination is { IsReadOnly: false } &&
            destination.TryGetValue(StatusKey, out Microsoft.Extensions.Primitives.StringValues value) &&
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int status) &&
            status != (int)StatusCode.OK)
        {
            ErrorCode code = StatusMap.FromLibrary((StatusCode)status);
            if (!destination.ContainsKey(ErrorTrailer.Key))
            {
                var error = new NacreError(code, Uri.UnescapeDataString(destination[MessageKey].ToString()));
                destination[ErrorTrailer.Key] = Convert.ToBase64String(ErrorTrailer.Describe(error, activity).ToByteArray());
            }

            return code;
        }

        return ErrorCode.None;
    }
}
