package dev.vllmjunit.lint;

import static dev.vllmjunit.lint.Severity.ERROR;

import dev.vllmjunit.lint.Rule.Observed;
import dev.vllmjunit.topology.NodeRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What makes a benchmark not run, or measure something else. */
final class BenchmarkRules {

    private static final String OFFLINE_SCRIPT = "benchmark_long_document_qa";
    private static final Set<String> NOT_ITS_OPTIONS =
            Set.of("--backend", "--api-url", "--num-prompts", "--output-file");
    private static final Pattern BENCHMARK = Pattern.compile(
            "benchmark_long_document_qa|benchmark_serving|long_doc_qa|\\bvllm bench serve|\\bvllm-bench|\\bguidellm|\\baiperf");
    private static final Pattern ROUTER = Pattern.compile("proxy_server|disagg_proxy|\\bvllm-router|\\bpd-router");
    private static final Pattern URL_PORT = Pattern.compile("https?://[^/:\\s]+:(\\d{1,5})");
    private static final Pattern HIT_RATE = Pattern.compile("(?i)hit|prefix_cache");
    private static final Pattern DROPS_CACHES = Pattern.compile(
            "/reset_prefix_cache|\\b(?:docker|podman|systemctl|kubectl)\\b.*\\b(?:restart|rm|stop|kill|down|delete)\\b|\\bp?kill\\b");

    static final List<Rule> ALL = List.of(
            new Rule(
                    "benchmark-unknown-options",
                    ERROR,
                    "vLLM's long-document script runs offline, in an engine of its own, and has none of `--backend`,"
                            + " `--api-url`, `--num-prompts`, `--output-file`: it stops before its first request",
                    "this library's `longDocumentQa()`, or LMCache's online `long_doc_qa.py`, against the router",
                    "0",
                    deployment -> deployment.commands().stream().flatMap(BenchmarkRules::unknownOptions)),
            new Rule(
                    "benchmark-bypasses-router",
                    ERROR,
                    "a request that goes to one node is computed there: nothing is moved from prefill to decode",
                    "aim it at a prefill-decode router, for instance this library's",
                    "0",
                    BenchmarkRules::bypasses),
            new Rule(
                    "hit-rate-from-decode",
                    ERROR,
                    "decode counts every NIXL pull as an external hit: about 100 % on prompts that no cache has seen",
                    "read `vllm:prefix_cache_*` and `vllm:external_prefix_cache_*` on the prefill node",
                    "0",
                    BenchmarkRules::hitRates),
            new Rule(
                    "warm-run-without-cache-drop",
                    ERROR,
                    "the second run hits the prefill node's own prefix cache: it says nothing about S3",
                    "between the runs `POST /reset_prefix_cache?reset_external=true` on every node until it says success, or a"
                            + " restart",
                    "0",
                    BenchmarkRules::warmRuns));

    private BenchmarkRules() {}

    private static Stream<Observed> unknownOptions(Command command) {
        List<Stated> options = command.words().stream()
                .filter(word -> command.text().contains(OFFLINE_SCRIPT))
                .map(word -> new Stated(word.text().replaceFirst("=.*", ""), word.where()))
                .filter(word -> NOT_ITS_OPTIONS.contains(word.text()))
                .toList();
        return options.stream()
                .limit(1)
                .map(first -> Observed.at(
                        first,
                        "the script has no "
                                + options.stream().map(Stated::text).collect(Collectors.joining(", "))));
    }

    private static Stream<Observed> bypasses(Deployment deployment) {
        List<Integer> routers = deployment.commands().stream()
                .filter(command -> ROUTER.matcher(command.text()).find())
                .flatMap(command -> ports(command).stream())
                .map(Target::port)
                .toList();
        return benchmarks(deployment)
                .flatMap(command -> ports(command).stream())
                .filter(target -> !routers.contains(target.port()))
                .flatMap(target -> nodeAt(deployment, target.port()).stream()
                        .map(node -> Observed.at(
                                target.word(),
                                "the benchmark is aimed at " + node.name() + ", port " + target.port())));
    }

    private static Stream<Observed> hitRates(Deployment deployment) {
        return deployment.commands().stream()
                .filter(command ->
                        HIT_RATE.matcher(pipeline(deployment, command)).find())
                .flatMap(command -> ports(command).stream())
                .filter(target -> target.word().text().contains("/metrics"))
                .filter(target -> nodeAt(deployment, target.port())
                        .flatMap(Node::role)
                        .filter(NodeRole.DECODE::equals)
                        .isPresent())
                .map(target ->
                        Observed.at(target.word(), "the hit rate is read from the decode node, port " + target.port()));
    }

    private static Stream<Observed> warmRuns(Deployment deployment) {
        if (deployment.nodes().stream().noneMatch(Node::wantsCache)) {
            return Stream.empty();
        }
        List<Observed> seen = new ArrayList<>();
        Optional<Command> earlier = Optional.empty();
        for (Command command : deployment.commands()) {
            if (isBenchmark(command)) {
                earlier.ifPresent(cold -> seen.add(new Observed(
                        command.where(),
                        "the second run after " + cold.where()
                                + ", and no command in between drops the engines' caches")));
                earlier = Optional.of(command);
            } else if (DROPS_CACHES.matcher(command.text()).find()
                    || NodeStart.of(command).isPresent()) {
                earlier = Optional.empty();
            }
        }
        return seen.stream();
    }

    private static Stream<Command> benchmarks(Deployment deployment) {
        return deployment.commands().stream().filter(BenchmarkRules::isBenchmark);
    }

    private static boolean isBenchmark(Command command) {
        return BENCHMARK.matcher(command.text()).find();
    }

    private static String pipeline(Deployment deployment, Command part) {
        return deployment.commands().stream()
                .filter(command -> command.pipeline() == part.pipeline())
                .map(Command::text)
                .collect(Collectors.joining(" | "));
    }

    /** The node that listens there; a port that several listen on tells nothing. */
    private static Optional<Node> nodeAt(Deployment deployment, int port) {
        List<Node> there =
                deployment.nodes().stream().filter(node -> node.port() == port).toList();
        return there.size() == 1 ? Optional.of(there.get(0)) : Optional.empty();
    }

    /** A port that a command names, in a URL or as {@code --port}. */
    private record Target(int port, Stated word) {}

    private static List<Target> ports(Command command) {
        List<Target> targets = new ArrayList<>();
        List<Stated> words = command.words();
        for (int i = 0; i < words.size(); i++) {
            Stated word = words.get(i);
            URL_PORT.matcher(word.text())
                    .results()
                    .forEach(found -> targets.add(new Target(Integer.parseInt(found.group(1)), word)));
            if (word.text().equals("--port") && i + 1 < words.size()) {
                port(words.get(i + 1)).ifPresent(port -> targets.add(new Target(port, word)));
            }
        }
        return targets;
    }

    private static OptionalInt port(Stated word) {
        return word.text().matches("\\d{1,5}") ? OptionalInt.of(Integer.parseInt(word.text())) : OptionalInt.empty();
    }
}
