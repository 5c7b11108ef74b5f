package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vllmjunit.router.RouterConfig.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterConfigTest {

    private static final List<Target> NODES = List.of(new Target("n", URI.create("http://h:1/")));
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void needsNodesOfBothRoles() {
        assertThatThrownBy(() -> new RouterConfig(List.of(), NODES, OptionalInt.empty(), SECOND, SECOND, SECOND))
                .hasMessage("a router needs at least one prefill node, but none is given");
        assertThatThrownBy(() -> new RouterConfig(NODES, List.of(), OptionalInt.empty(), SECOND, SECOND, SECOND))
                .hasMessage("a router needs at least one decode node, but none is given");
    }

    @Test
    void needsDeadlinesWithinReason() {
        assertThatThrownBy(() -> new RouterConfig(NODES, NODES, OptionalInt.of(0), Duration.ZERO, SECOND, SECOND))
                .hasMessage("prefillDeadline is PT0S, but has to be more than zero and at most PT24H");
        assertThatThrownBy(
                        () -> new RouterConfig(NODES, NODES, OptionalInt.of(0), SECOND, Duration.ofSeconds(-1), SECOND))
                .hasMessage("firstTokenDeadline is PT-1S, but has to be more than zero and at most PT24H");
        assertThatThrownBy(() -> new RouterConfig(NODES, NODES, OptionalInt.of(0), SECOND, SECOND, Duration.ofDays(2)))
                .hasMessage("idleDeadline is PT48H, but has to be more than zero and at most PT24H");
    }

    @Test
    void needsAPort() {
        assertThatThrownBy(() -> new RouterConfig(NODES, NODES, OptionalInt.of(70_000), SECOND, SECOND, SECOND))
                .hasMessage("router port is 70000, but has to be 0..65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h:1", "ftp://h:1", "http:///x", "http://h:1/v1"})
    void needsAnEndpointWithoutAPath(String endpoint) {
        assertThatThrownBy(() -> new Target("prefill-0", URI.create(endpoint)))
                .hasMessage("endpoint of prefill-0 is " + endpoint
                        + ", but has to be http://HOST:PORT or https://HOST:PORT without a path");
    }
}
