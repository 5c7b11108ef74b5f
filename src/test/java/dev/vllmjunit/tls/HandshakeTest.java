package dev.vllmjunit.tls;

import static dev.vllmjunit.tls.Certificates.EXPIRED;
import static dev.vllmjunit.tls.Certificates.NODE;
import static dev.vllmjunit.tls.Certificates.OTHER_HOST;
import static dev.vllmjunit.tls.Certificates.STRANGER;
import static dev.vllmjunit.tls.Certificates.key;
import static dev.vllmjunit.tls.Certificates.pem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What control calls say of servers whose TLS is not as it should be. */
class HandshakeTest {

    private DisposableServer plain;

    @BeforeEach
    void start() {
        plain = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> response.sendString(Mono.just("at your service")))
                .bindNow();
    }

    @AfterEach
    void stop() {
        plain.disposeNow();
    }

    @Test
    void aServerOfThePrivateAuthorityIsTrusted() {
        try (TlsDoor door = TlsDoor.with(NODE, server())) {
            assertThat(call(door.endpoint(), Certificates.trusting())).isEqualTo("at your service");
        }
    }

    @Test
    void anUnknownAuthorityIsNamedWithTheSetting() {
        try (TlsDoor door = TlsDoor.with(NODE, server())) {
            fails(
                    door.endpoint(),
                    Tls.ofJvm(),
                    "the certificate of CN=node is issued by CN=Test Lab CA, which is neither in the JVM's trust store"
                            + " nor given by vllm.tls.ca; set that to a PEM file with the issuer's certificate");
            fails(
                    door.endpoint(),
                    Certificates.tls(Map.of("vllm.tls.ca", pem(STRANGER).toString())),
                    "the certificate of CN=node is issued by CN=Test Lab CA, which is neither in the JVM's trust store"
                            + " nor in " + pem(STRANGER) + " (vllm.tls.ca); add it to that file");
        }
    }

    @Test
    void anExpiredCertificateIsDated() {
        try (TlsDoor door = TlsDoor.with(EXPIRED, server())) {
            fails(
                    door.endpoint(),
                    Certificates.trusting(),
                    "the certificate of CN=expired expired at "
                            + Certificates.certificate(EXPIRED).getNotAfter().toInstant() + "; renew it");
        }
    }

    @Test
    void aCertificateOfAnotherHostIsShownWithTheNamesItHas() {
        try (TlsDoor door = TlsDoor.with(OTHER_HOST, server())) {
            fails(
                    door.endpoint(),
                    Certificates.trusting(),
                    "the certificate of CN=other is for [prefill.example], not for 127.0.0.1; write one of these names"
                            + " into the URL, or issue a certificate with 127.0.0.1 among its subject alternative"
                            + " names");
        }
    }

    @Test
    void plainHttpSpokenToATlsPortIsToldSo() {
        try (TlsDoor door = TlsDoor.with(NODE, server())) {
            fails(
                    URI.create("http://127.0.0.1:" + door.endpoint().getPort()),
                    Certificates.trusting(),
                    "that port speaks TLS; write https:// instead of http://");
        }
    }

    @Test
    void tlsSpokenToAPlainPortIsToldSo() {
        fails(
                URI.create("https://127.0.0.1:" + plain.port()),
                Certificates.trusting(),
                "what answers there does not speak TLS; write http:// instead of https://, or another port");
    }

    @Test
    void aServerMayAskForACertificateOfItsClients() {
        Map<String, String> known = Map.of(
                "vllm.tls.ca", Certificates.ca().toString(),
                "vllm.tls.certificate", pem(NODE).toString(),
                "vllm.tls.key", key(NODE).toString());
        try (TlsDoor door = TlsDoor.demanding(server())) {
            assertThat(call(door.endpoint(), Certificates.tls(known))).isEqualTo("at your service");
            assertThatExceptionOfType(ControlCallException.class)
                    .isThrownBy(() -> call(door.endpoint(), Certificates.trusting()))
                    .withMessageMatching("GET " + door.endpoint() + "/health failed within 10000 ms: the server"
                            + " (ended the TLS handshake with (bad_certificate|certificate_required)|closed the connection"
                            + " without an answer); it may ask for a client"
                            + " certificate: set vllm\\.tls\\.certificate and vllm\\.tls\\.key to one that it accepts");
        }
    }

    private URI server() {
        return URI.create("http://127.0.0.1:" + plain.port());
    }

    private static void fails(URI endpoint, Tls tls, String why) {
        assertThatExceptionOfType(ControlCallException.class)
                .isThrownBy(() -> call(endpoint, tls))
                .withMessage("GET " + endpoint + "/health failed within 10000 ms: " + why);
    }

    private static String call(URI endpoint, Tls tls) {
        return new ControlClient(Duration.ofSeconds(10), Map.of(), tls).getText(endpoint.resolve("/health"));
    }
}
