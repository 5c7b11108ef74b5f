package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.docker.Connection;
import dev.vllmjunit.docker.Daemon;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.testcontainers.utility.ResourceReaper;

class RyukTest {

    @Test
    void theImageThatIsLookedForIsTheOneThatTestcontainersStarts() throws IOException {
        try (InputStream code = ResourceReaper.class.getResourceAsStream("RyukContainer.class")) {
            assertThat(new String(Objects.requireNonNull(code).readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains(Ryuk.IMAGE);
        }
    }

    @Test
    void whoeverSwitchedItOffIsToldSo() {
        assertThat(Ryuk.disabled(Map.of(Ryuk.SWITCH, "true"))).contains("TESTCONTAINERS_RYUK_DISABLED is set");
        assertThat(Ryuk.disabled(Map.of(Ryuk.SWITCH, "false"))).isEmpty();
        assertThat(Ryuk.disabled(Map.of())).isEmpty();
    }

    @Test
    void anImageThatIsNotThereIsNotPulled() throws IOException {
        HttpServer daemon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.createContext("/", exchange -> {
            // A pull would be a POST.
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 404 : 500, -1);
            exchange.close();
        });
        daemon.start();
        URI url = URI.create("tcp://127.0.0.1:" + daemon.getAddress().getPort());
        Duration wait = Duration.ofSeconds(20);
        try (Connection connection = new Daemon(url, Optional.empty()).open(wait, Optional.of(wait))) {
            assertThat(Ryuk.absent(connection.client()))
                    .contains("its image is not there; docker pull testcontainers/ryuk:0.14.0 brings it");
        } finally {
            daemon.stop(0);
        }
    }
}
