package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.router.RouterConfig.Target;
import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.tls.TlsDoor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Between the router and nodes that speak TLS. */
class RouterTlsTest {

    private final FakeNode prefill = FakeNode.prefill(0);
    private final FakeNode decode = FakeNode.decode(0);

    @AfterEach
    void close() {
        prefill.close();
        decode.close();
    }

    @Test
    void bothHopsGoOverTls() throws Exception {
        HttpResponse<String> response = route(Certificates.NODE, Certificates.trusting());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(String.join("", Samples.STREAM));
        assertThat(prefill.received).hasSize(1);
        assertThat(decode.received).hasSize(1);
    }

    @Test
    void aHopWithoutTrustSaysWhomItDoesNotKnow() throws Exception {
        assertThat(route(Certificates.NODE, Tls.ofJvm()).body())
                .contains(" failed the TLS handshake: the certificate of CN=node is issued by CN=Test Lab CA, which is"
                        + " neither in the JVM's trust store nor given by vllm.tls.ca; set that to a PEM file with the"
                        + " issuer's certificate.\"");
        assertThat(prefill.received).isEmpty();
    }

    @Test
    void theNodesNameIsVerified() throws Exception {
        assertThat(route(Certificates.OTHER_HOST, Certificates.trusting()).body())
                .contains(" failed the TLS handshake: the certificate of CN=other is for [prefill.example], not for"
                        + " 127.0.0.1; write one of these names into the URL, or issue a certificate with 127.0.0.1"
                        + " among its subject alternative names.\"");
        assertThat(prefill.received).isEmpty();
    }

    private HttpResponse<String> route(String certificate, Tls tls) throws Exception {
        try (TlsDoor toPrefill = TlsDoor.with(certificate, prefill.endpoint());
                TlsDoor toDecode = TlsDoor.with(certificate, decode.endpoint());
                Router router = Router.start(config(toPrefill.endpoint(), toDecode.endpoint()), tls)) {
            HttpRequest request = HttpRequest.newBuilder(router.endpoint().resolve("/v1/completions"))
                    .POST(HttpRequest.BodyPublishers.ofString(Samples.STREAM_REQUEST))
                    .timeout(Stack.LONG)
                    .build();
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static RouterConfig config(URI prefill, URI decode) {
        return new RouterConfig(
                List.of(new Target("prefill-0", prefill)),
                List.of(new Target("decode-0", decode)),
                OptionalInt.empty(),
                Stack.LONG,
                Stack.LONG,
                Stack.LONG);
    }
}
