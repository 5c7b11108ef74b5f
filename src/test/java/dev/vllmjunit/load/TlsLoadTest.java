package dev.vllmjunit.load;

import static dev.vllmjunit.load.Driving.TIMEOUT;
import static dev.vllmjunit.load.Driving.closedLoop;
import static dev.vllmjunit.load.Responses.stream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.tls.TlsDoor;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TlsLoadTest {

    @Test
    void handshakesAreOverBeforeTheClockStarts() {
        try (ScriptedServer server = ScriptedServer.answering(stream(3));
                TlsDoor door = TlsDoor.with(Certificates.NODE, server.endpoint())) {
            LoadResult result = run(closedLoop(4, 12, 3), door.endpoint(), Certificates.trusting());

            assertThat(result.requests()).hasSize(12).allSatisfy(request -> {
                assertThat(request.error()).isEmpty();
                assertThat(request.text()).isEqualTo(" w0 w1 w2");
                assertThat(request.tokenNanos()).hasSize(3).isSorted();
            });
            assertThat(result.health().connections()).isEqualTo(4);
            assertThat(door.openedNanos).hasSize(4).allSatisfy(opened -> assertThat(opened)
                    .isLessThan(result.startNanos()));
            assertThat(server.received.get(0).header("Host"))
                    .isEqualTo(door.endpoint().getAuthority());
        }
    }

    @Test
    void largeBodiesArriveWholeHoweverOftenTheyAreSent() {
        byte[] body = ("{\"prompt\":\""
                        + IntStream.range(0, 60_000).mapToObj(String::valueOf).reduce("", String::concat) + "\"}")
                .getBytes(UTF_8);
        List<PlannedRequest> requests = IntStream.range(0, 3)
                .mapToObj(index -> new PlannedRequest(index, 0, index, false, Duration.ZERO, 1, 1, body))
                .toList();
        Schedule schedule = new Schedule("large", "/v1/completions", new Arrivals.ClosedLoop(1), requests);
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                TlsDoor door = TlsDoor.with(Certificates.NODE, server.endpoint())) {
            LoadResult result = run(schedule, door.endpoint(), Certificates.trusting());

            assertThat(result.requests()).allMatch(RequestRecord::succeeded);
            assertThat(server.received).hasSize(3).allSatisfy(received -> assertThat(received.body())
                    .isEqualTo(new String(body, UTF_8)));
        }
    }

    @Test
    void aCertificateThatIsNotTrustedFailsEachRequestAndSaysWhy() {
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                TlsDoor door = TlsDoor.with(Certificates.NODE, server.endpoint())) {
            assertThat(errors(door.endpoint(), Tls.ofJvm()))
                    .containsOnly(
                            "the certificate of CN=node is issued by CN=Test Lab CA, which is neither in the JVM's"
                                    + " trust store nor given by vllm.tls.ca; set that to a PEM file with the issuer's"
                                    + " certificate while connecting (POST " + door.endpoint() + "/v1/completions)");
            assertThat(server.received).isEmpty();
        }
    }

    @Test
    void aCertificateOfAnotherHostFailsEachRequest() {
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                TlsDoor door = TlsDoor.with(Certificates.OTHER_HOST, server.endpoint())) {
            assertThat(errors(door.endpoint(), Certificates.trusting()))
                    .containsOnly(
                            "the certificate of CN=other is for [prefill.example], not for 127.0.0.1; write one of"
                                    + " these names into the URL, or issue a certificate with 127.0.0.1 among its subject"
                                    + " alternative names while connecting (POST " + door.endpoint()
                                    + "/v1/completions)");
        }
    }

    private static List<String> errors(URI endpoint, Tls tls) {
        return run(closedLoop(1, 2, 1), endpoint, tls).requests().stream()
                .map(request -> request.error().orElse("none"))
                .toList();
    }

    private static LoadResult run(Schedule schedule, URI endpoint, Tls tls) {
        try (NettyLoadDriver driver = new NettyLoadDriver(Map.of(), tls)) {
            return driver.run(schedule, endpoint, TIMEOUT, finished -> {});
        }
    }
}
