package dev.vllmjunit.kvstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.kvstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3FaultsTest {

    private static final String WHERE = "at http://s3.lab:9000, bucket 'nixl' (virtual-hosted, region eu): ";

    private final S3Faults faults = new S3Faults(new ObjectStoreAccess(
            URI.create("http://s3.lab:9000"), "eu", "nixl", "", false, AnonymousCredentialsProvider.create(), "lab"));

    @Test
    void namesAHostThatDoesNotResolve() {
        ObjectStoreException fault = faults.of("PUT of k", client(new UnknownHostException("nixl.s3.lab")));

        assertThat(fault.kind()).isEqualTo(Kind.CONNECTION);
        assertThat(fault)
                .hasMessage("S3 PUT of k failed " + WHERE + "unknown host nixl.s3.lab.\n"
                        + "Check that a wildcard name for the buckets resolves, or use path-style addressing.");
    }

    @Test
    void namesAFailedHandshake() {
        assertThat(faults.of("PUT of k", client(new SSLHandshakeException("PKIX path building failed"))))
                .hasMessage("S3 PUT of k failed " + WHERE + "TLS failed: PKIX path building failed.\n"
                        + "Check the scheme, host and port of the endpoint, and vllm.tls.ca.");
    }

    @Test
    void namesAConnectionThatWasCut() {
        ObjectStoreException fault = faults.of("GET of k", client(new IOException("Connection reset by peer")));

        assertThat(fault.kind()).isEqualTo(Kind.CONNECTION);
        assertThat(fault)
                .hasMessage("S3 GET of k failed " + WHERE + "IOException (Connection reset by peer).\n"
                        + "Check that the gateway is alive and reachable, with no proxy or firewall in between.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            403 | RequestTimeTooSkewed | DENIED    | the clock of this machine: signatures are valid for minutes only
            403 | AccessDenied         | DENIED    | the credentials (from AnonymousCredentialsProvider), their rights on the bucket, the region and the clock
            403 | InvalidAccessKeyId   | DENIED    | the access key (from AnonymousCredentialsProvider): this store knows no such key, another one may
            404 | NoSuchBucket         | NOT_FOUND | that the bucket exists under this name, and the addressing style (path-style is the other one)
            405 | MethodNotAllowed     | OTHER     | the addressing style: the store saw no bucket name in the request (path-style is the other one)
            301 | PermanentRedirect    | OTHER     | the region and the addressing style (path-style is the other one)
            411 | MissingContentLength | OTHER     | what lies between: it drops the Content-Length of the request
            500 | InternalError        | OTHER     | the log of the gateway
            """)
    void saysWhatToCheck(int status, String code, Kind kind, String check) {
        ObjectStoreException fault = faults.of("LIST below ''", service(status, code));

        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault)
                .hasMessage(
                        "S3 LIST below '' failed " + WHERE + "HTTP " + status + " " + code + ".\nCheck " + check + ".");
    }

    @Test
    void explainsOnce() {
        ObjectStoreException fault = faults.of("GET of k", service(404, "NoSuchKey"));
        assertThat(faults.of("something else", new CompletionException(fault))).isSameAs(fault);
    }

    private static Throwable client(Exception cause) {
        return new CompletionException(SdkClientException.create("Unable to execute HTTP request", cause));
    }

    private static Throwable service(int status, String code) {
        return S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }
}
