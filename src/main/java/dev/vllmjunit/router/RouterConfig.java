package dev.vllmjunit.router;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a router needs to know. Immutable. Deadlines are more than zero and at most a day. A decode answer that is no stream comes
 * in one piece: it may take the first-token deadline and once the idle deadline for each token asked for, a day at most.
 *
 * @param prefill prefill nodes, at least one; request k goes to number k modulo their count
 * @param decode decode nodes, at least one; likewise
 * @param port port on 127.0.0.1; empty or 0 takes a free one
 * @param prefillDeadline longest from the choice of the nodes to prefill's complete answer; also bounds passed-through calls
 * @param firstTokenDeadline longest from handing a request to the decode node to its first output event
 * @param idleDeadline longest silence of a decode stream after its first output event
 * @param sideChannels where decode nodes are told to reach the side channels of prefill nodes
 */
public record RouterConfig(
        List<Target> prefill,
        List<Target> decode,
        OptionalInt port,
        Duration prefillDeadline,
        Duration firstTokenDeadline,
        Duration idleDeadline,
        SideChannels sideChannels) {

    private static final Duration LONGEST = Duration.ofDays(1);

    /** Where a side channel is reached that a prefill node advertises. Must be thread-safe. */
    @FunctionalInterface
    public interface SideChannels {

        /** An address in place of the advertised one, or that one itself, unresolved. */
        InetSocketAddress reached(String host, int port);
    }

    /** Side channels are reached where prefill nodes say so. */
    public RouterConfig(
            List<Target> prefill,
            List<Target> decode,
            OptionalInt port,
            Duration prefillDeadline,
            Duration firstTokenDeadline,
            Duration idleDeadline) {
        this(
                prefill,
                decode,
                port,
                prefillDeadline,
                firstTokenDeadline,
                idleDeadline,
                InetSocketAddress::createUnresolved);
    }

    /**
     * A node behind the router.
     *
     * @param name for timelines and errors, such as {@code prefill-0}
     * @param endpoint {@code http://HOST:PORT}, without a path
     */
    public record Target(String name, URI endpoint) {

        /**
         * Checks the endpoint.
         *
         * @throws IllegalArgumentException naming the target unless it is {@code http(s)://HOST:PORT}
         */
        public Target {
            boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
            boolean bare = endpoint.getPath() == null
                    || endpoint.getPath().isEmpty()
                    || endpoint.getPath().equals("/");
            if (!http || endpoint.getHost() == null || !bare) {
                throw new IllegalArgumentException("endpoint of " + name + " is " + endpoint
                        + ", but has to be http://HOST:PORT or https://HOST:PORT without a path");
            }
        }

        boolean speaksTls() {
            return "https".equals(endpoint.getScheme());
        }

        String url() {
            return endpoint.getScheme() + "://" + endpoint.getAuthority();
        }
    }

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException naming the part that is missing or out of range
     */
    public RouterConfig {
        prefill = nodes("prefill", prefill);
        decode = nodes("decode", decode);
        if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65_535)) {
            throw new IllegalArgumentException("router port is " + port.getAsInt() + ", but has to be 0..65535");
        }
        bounded("prefillDeadline", prefillDeadline);
        bounded("firstTokenDeadline", firstTokenDeadline);
        bounded("idleDeadline", idleDeadline);
    }

    boolean speaksTls() {
        return Stream.concat(prefill.stream(), decode.stream()).anyMatch(Target::speaksTls);
    }

    private static List<Target> nodes(String role, List<Target> targets) {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("a router needs at least one " + role + " node, but none is given");
        }
        return List.copyOf(targets);
    }

    private static void bounded(String name, Duration deadline) {
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + deadline + ", but has to be more than zero and at most " + LONGEST);
        }
    }
}
