package dev.vllmjunit.kvstore;

import dev.vllmjunit.kvstore.ObjectStoreException.Kind;
import dev.vllmjunit.tls.TlsFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Turns what the AWS SDK throws into a message that says where it happened and what to check. */
final class S3Faults {

    private final ObjectStoreAccess access;

    S3Faults(ObjectStoreAccess access) {
        this.access = access;
    }

    /** The failure of {@code operation}, for instance {@code PUT of a/b}. */
    ObjectStoreException of(String operation, Throwable thrown) {
        Throwable failure = unwrap(thrown);
        if (failure instanceof ObjectStoreException known) {
            return known;
        }
        Kind kind = kind(failure);
        String where = "S3 " + operation + " failed at " + access.endpoint() + ", bucket '" + access.bucket() + "' ("
                + (access.pathStyle() ? "path-style" : "virtual-hosted") + ", region " + access.region() + ")";
        return new ObjectStoreException(kind, where, what(failure), check(failure), failure);
    }

    private static Kind kind(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            return switch (service.statusCode()) {
                case 404 -> Kind.NOT_FOUND;
                case 401, 403 -> Kind.DENIED;
                default -> Kind.OTHER;
            };
        }
        return noCredentials(failure) ? Kind.DENIED : isNetwork(failure) ? Kind.CONNECTION : Kind.OTHER;
    }

    private static boolean isNetwork(Throwable failure) {
        return isTimeout(failure) || find(failure, IOException.class) != null;
    }

    private String what(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            return "HTTP " + service.statusCode() + code(service);
        }
        if (noCredentials(failure)) {
            return "no credentials were found by " + credentials();
        }
        if (find(failure, ConnectException.class) != null) {
            return "connection refused";
        }
        UnknownHostException unknownHost = find(failure, UnknownHostException.class);
        if (unknownHost != null) {
            return "unknown host " + unknownHost.getMessage();
        }
        return TlsFailure.explain(failure)
                .orElseGet(() -> isTimeout(failure) ? "no answer within the deadline" : root(failure));
    }

    private String check(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            return checkStatus(service.statusCode(), errorCode(service));
        }
        if (noCredentials(failure)) {
            return "that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, or that AWS_PROFILE names a profile with keys";
        }
        if (find(failure, ConnectException.class) != null) {
            return "that the gateway runs and that host and port of the endpoint are right";
        }
        if (find(failure, UnknownHostException.class) != null) {
            return access.pathStyle()
                    ? "the host name of the endpoint"
                    : "that a wildcard name for the buckets resolves, or use path-style addressing";
        }
        if (find(failure, SSLException.class) != null) {
            return "the scheme, host and port of the endpoint, and vllm.tls.ca";
        }
        return "that the gateway is alive and reachable, with no proxy or firewall in between";
    }

    private String checkStatus(int status, @Nullable String code) {
        return switch (String.valueOf(code)) {
            case "RequestTimeTooSkewed" -> "the clock of this machine: signatures are valid for minutes only";
            case "InvalidAccessKeyId" ->
                "the access key (from " + credentials() + "): this store knows no such key, another one may";
            case "SignatureDoesNotMatch" ->
                "the secret key (from " + credentials()
                        + "): the store knows the access key and expects another signature, as also where a proxy changes the"
                        + " Host header";
            default -> checkStatus(status);
        };
    }

    private String checkStatus(int status) {
        return switch (status) {
            case 301, 307, 400 -> "the region and the addressing style (" + otherStyle() + " is the other one)";
            case 401, 403 ->
                "the credentials (from " + credentials() + "), their rights on the bucket, the region and the clock";
            case 404 ->
                "that the bucket exists under this name, and the addressing style (" + otherStyle()
                        + " is the other one)";
            case 405 ->
                "the addressing style: the store saw no bucket name in the request (" + otherStyle()
                        + " is the other one)";
            case 411 -> "what lies between: it drops the Content-Length of the request";
            case 507 -> "how much is stored: the store is full";
            default -> "the log of the gateway";
        };
    }

    private String otherStyle() {
        return access.pathStyle() ? "virtual-hosted" : "path-style";
    }

    private String credentials() {
        return access.credentials().getClass().getSimpleName();
    }

    private static boolean noCredentials(Throwable failure) {
        return failure instanceof SdkClientException
                && String.valueOf(failure.getMessage()).startsWith("Unable to load credentials");
    }

    private static boolean isTimeout(Throwable failure) {
        return find(failure, ApiCallTimeoutException.class) != null
                || find(failure, ApiCallAttemptTimeoutException.class) != null
                || find(failure, TimeoutException.class) != null;
    }

    private static String code(AwsServiceException service) {
        String code = errorCode(service);
        return code == null ? "" : " " + code;
    }

    private static @Nullable String errorCode(AwsServiceException service) {
        return service.awsErrorDetails() == null
                ? null
                : service.awsErrorDetails().errorCode();
    }

    /** The innermost message: the outer ones of the SDK only repeat it. */
    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + (root.getMessage() == null ? "" : " (" + root.getMessage() + ")");
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof ExecutionException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }
}
