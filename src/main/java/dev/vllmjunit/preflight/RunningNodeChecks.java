package dev.vllmjunit.preflight;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.topology.BearerToken;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.AttachSettings;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is asked of nodes that run already. */
final class RunningNodeChecks {

    private static final Duration ANSWER = Duration.ofSeconds(4);

    private final Site site;
    private final ControlClient control;

    private RunningNodeChecks(Site site) {
        this.site = site;
        this.control = new ControlClient(
                ANSWER,
                site.request().token().map(BearerToken::headers).orElse(Map.of()),
                site.request().tls());
    }

    static List<Check> of(Site site) {
        return site.stack().equals("attach") ? new RunningNodeChecks(site).all() : List.of();
    }

    private List<Check> all() {
        AttachSettings attach = site.request().profile().attach();
        return Stream.of(
                        nodes(site.topology().prefill(), attach.prefill()),
                        nodes(site.topology().decode(), attach.decode()),
                        sideChannels(site.topology().prefill(), attach.prefill()))
                .flatMap(checks -> checks)
                .toList();
    }

    /** As many as have a URL; that each has one the stack's own check says. */
    private Stream<Check> nodes(List<NodeSpec> nodes, List<URI> urls) {
        return IntStream.range(0, Math.min(nodes.size(), urls.size()))
                .boxed()
                .flatMap(i -> Stream.of(
                        new NodeCheck(
                                nodes.get(i),
                                urls.get(i),
                                site.topology().model().id(),
                                control),
                        new ClockCheck(
                                nodes.get(i).name(),
                                Clock.of(control, urls.get(i).resolve("/health")),
                                Instant::now)));
    }

    private Stream<Check> sideChannels(List<NodeSpec> nodes, List<URI> urls) {
        OptionalInt first = site.topology().kvTransfer().sideChannelPort();
        return IntStream.range(0, Math.min(nodes.size(), urls.size()))
                .mapToObj(i -> new ListeningCheck(
                        nodes.get(i).name(),
                        urls.get(i).getHost(),
                        first.isPresent() ? OptionalInt.of(first.getAsInt() + i) : first));
    }
}
