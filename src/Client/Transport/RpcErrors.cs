using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>Turns what gRPC reports into the SDK's one exception type.</summary>
internal static class RpcErrors
{
    /// <summary>The trailer in which the server says what happened.</summary>
    public const string DetailTrailer = "nacre-error-bin";

    /// <summary>Translates a failed call.</summary>
    /// <param name="exception">As gRPC threw it.</param>
    /// <param name="isRead">True: nothing can have taken effect.</param>
    /// <param name="tryEnded">True: a deadline that has passed is that of one try, and the operation has time left for another node.</param>
    public static NacreException Translate(RpcException exception, bool isRead, bool tryEnded = false)
    {
        if (TryReadDetail(exception, out ErrorDetail? detail))
        {
            return tryEnded && detail.Code == (uint)NacreErrorCode.DeadlineExceeded
                ? new NacreException(detail, exception) { LeavesNode = true }
                : new NacreException(detail, exception);
        }

        Exception? cause = exception.Status.DebugException;
        if (cause is HttpRequestException http)
        {
            // Whatever status gRPC made of it: a stream that HTTP/2 reset to slow us down is "resource exhausted" to it.
            return TranslateHttp(http, isRead);
        }

        if (cause is TaskCanceledException { InnerException: TimeoutException })
        {
            // What the handler makes of its own time to connect.
            return NoConnection("No server answers: the time to connect passed.", exception);
        }

        switch (exception.StatusCode)
        {
            case StatusCode.DeadlineExceeded:
                return isRead
                    ? new(NacreErrorCode.DeadlineExceeded, "The server did not answer within the time allowed.", exception) { LeavesNode = tryEnded }
                    : new(NacreErrorCode.OutcomeUnknown, "The server did not answer within the time allowed; the write may have taken effect.", exception) { LeavesNode = tryEnded };

            case StatusCode.ResourceExhausted:
                // gRPC's own limit on the length of a message.
                return new(NacreErrorCode.TooLarge, exception.Status.Detail, exception);

            case StatusCode.Unimplemented:
                return new(NacreErrorCode.Unsupported, "The address answers, but knows no such method: is it a Nacre server of this version?", exception);

            case StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown:
                return Lost(exception, isRead);

            default:
                return new(NacreErrorCode.Internal, $"The answer names no error of Nacre's vocabulary: {exception.Status.Detail}", exception);
        }
    }

    /// <summary>The connection was lost while an answer was due.</summary>
    public static NacreException Lost(Exception? cause, bool isRead) => isRead
        ? new(NacreErrorCode.ConnectionFailed, "The connection was lost before the server answered.", cause) { LeavesNode = true }
        : new(NacreErrorCode.OutcomeUnknown, "The connection was lost before the server answered; the write may have taken effect.", cause) { LeavesNode = true };

    /// <summary>No connection came about, so nothing was sent.</summary>
    public static NacreException NoConnection(string message, Exception cause) =>
        new(NacreErrorCode.ConnectionFailed, message, cause) { LeavesNode = true };

    private static NacreException TranslateHttp(HttpRequestException http, bool isRead)
    {
        switch (http.HttpRequestError)
        {
            case HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError:
                return NoConnection($"No server answers: {http.Message}", http);

            case HttpRequestError.SecureConnectionError when http.InnerException is AuthenticationException untrusted:
                return new(
                    NacreErrorCode.ServerUntrusted,
                    $"The server's certificate is not trusted: {untrusted.Message} Give the PEM file of the authority that issued it, and the name that the certificate bears.",
                    http)
                {
                    // Nothing was sent to it.
                    LeavesNode = true,
                };

            case HttpRequestError.SecureConnectionError or HttpRequestError.VersionNegotiationError or HttpRequestError.ProxyTunnelError:
                return NoConnection($"No TLS connection with HTTP/2 came about: {http.Message}", http);

            default:
                return Lost(http, isRead);
        }
    }

    private static bool TryReadDetail(RpcException exception, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ErrorDetail? detail)
    {
        detail = null;
        if (exception.Trailers.GetValueBytes(DetailTrailer) is not { } bytes)
        {
            return false;
        }

        try
        {
            detail = ErrorDetail.Parser.ParseFrom(bytes);
            return detail.Code != 0;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
