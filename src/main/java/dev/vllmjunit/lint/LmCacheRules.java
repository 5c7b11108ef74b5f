package dev.vllmjunit.lint;

import static dev.vllmjunit.lint.Severity.ERROR;
import static dev.vllmjunit.lint.Severity.WARNING;

import dev.vllmjunit.lint.Rule.Observed;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What makes a KV cache in S3 stay empty without a word. */
final class LmCacheRules {

    private static final String REMOTE_URL = "LMCACHE_REMOTE_URL";
    private static final Pattern SERVER_ENDPOINT = Pattern.compile("\"s3_endpoint\"\\s*:\\s*\"([^\"]*)\"");
    private static final int DEFAULT_MQ_TIMEOUT_S = 300;

    static final List<Rule> ALL = List.of(
            new Rule(
                    "lmcache-env-without-connector",
                    ERROR,
                    "NixlConnector never loads LMCache: the variables are read by nobody, and nothing is cached in S3",
                    "on prefill a MultiConnector of NixlConnector and LMCacheMPConnector, or of NixlConnector and"
                            + " OffloadingConnector; else remove the variables",
                    "0",
                    deployment -> deployment
                            .nixlNodes()
                            .filter(node -> !node.has(Connector::isLmCache))
                            .flatMap(LmCacheRules::deadVariables)),
            new Rule(
                    "lmcache-pd-beside-nixl",
                    ERROR,
                    "LMCache's own prefill-decode transfer and NixlConnector are two transports for the same KV cache",
                    "remove `LMCACHE_ENABLE_PD`, `LMCACHE_PD_ROLE` and `LMCACHE_TRANSFER_CHANNEL`; NixlConnector moves the"
                            + " cache",
                    "0",
                    deployment -> deployment
                            .nixlNodes()
                            .flatMap(node -> node.variable("LMCACHE_ENABLE_PD").stream())
                            .filter(value -> isTrue(value.text()))
                            .map(value -> Observed.at(value, "LMCACHE_ENABLE_PD is set beside NixlConnector"))),
            new Rule(
                    "lmcache-s3-path-style",
                    ERROR,
                    "LMCache takes the whole host for bucket and endpoint and drops the path: the bucket is never named",
                    "`s3://BUCKET.ENDPOINT`, and wildcard DNS for it: `s3://nixl.s3.cephlab.com`",
                    "0",
                    deployment -> Stream.concat(
                                    deployment.nodes().stream().flatMap(node -> node.variable(REMOTE_URL).stream()),
                                    deployment.commands().stream().flatMap(LmCacheRules::serverEndpoint))
                            .filter(url -> hasPath(url.text()))
                            .map(url ->
                                    Observed.at(url, "the S3 address " + url.text() + " has the bucket in its path"))),
            new Rule(
                    "lmcache-s3-keys",
                    ERROR,
                    "LMCache has no key of the name s3_endpoint_url, and requires s3_region and its like in its extra config",
                    "remove `LMCACHE_S3_ENDPOINT_URL`; `LMCACHE_EXTRA_CONFIG='{\"s3_region\": \"us-east-1\", …}'`, or"
                            + " `s3_region` in the `--l2-adapter` of `lmcache server`",
                    "0",
                    deployment -> deployment.nodes().stream().flatMap(node -> s3Keys(node).stream())),
            new Rule(
                    "hash-seed-missing",
                    ERROR,
                    "names of cached blocks start from a seed that is random in each process: they differ between instances"
                            + " and after a restart",
                    "the same fixed `PYTHONHASHSEED` on every node, for instance `0`",
                    "0",
                    LmCacheRules::hashSeeds),
            new Rule(
                    "tensor-parallelism-of-shared-keys",
                    WARNING,
                    "world size and rank are part of an object's name: nodes of different tensor parallelism never share one",
                    "the same `--tensor-parallel-size` on all prefill nodes that share a bucket",
                    "0",
                    LmCacheRules::tensorParallelism),
            new Rule(
                    "lmcache-server-timeout",
                    WARNING,
                    "while the LMCache server is gone a request blocks the whole node for lmcache.mp.mq_timeout (300 s unless"
                            + " said), and then the engine dies",
                    "`lmcache.mp.mq_timeout` well below 300 in the connector's extra config",
                    "0",
                    deployment -> deployment.nodes().stream()
                            .filter(node -> node.has(LmCacheRules::waitsLong))
                            .map(node -> new Observed(
                                    node.connectorsAt(),
                                    node.name() + "'s LMCacheMPConnector has no short mq_timeout"))));

    private LmCacheRules() {}

    private static Stream<Observed> deadVariables(Node node) {
        List<Map.Entry<String, Stated>> variables = node.variables("LMCACHE_").toList();
        return variables.stream()
                .limit(1)
                .map(first -> Observed.at(
                        first.getValue(),
                        node.name() + " has NixlConnector and no LMCache connector, but "
                                + variables.stream().map(Map.Entry::getKey).collect(Collectors.joining(", "))));
    }

    private static boolean isTrue(String text) {
        return List.of("true", "1", "yes", "on").contains(text.toLowerCase(Locale.ROOT));
    }

    private static Stream<Stated> serverEndpoint(Command command) {
        return command.words().stream()
                .filter(word -> command.text().contains("lmcache server"))
                .flatMap(word -> SERVER_ENDPOINT
                        .matcher(word.text())
                        .results()
                        .map(found -> new Stated(found.group(1), word.where())));
    }

    private static boolean hasPath(String url) {
        return url.matches("s3://[^/]+/+[^/].*");
    }

    private static Optional<Observed> s3Keys(Node node) {
        Optional<Stated> unknown = node.variable("LMCACHE_S3_ENDPOINT_URL");
        Optional<Stated> url =
                node.variable(REMOTE_URL).filter(value -> value.text().startsWith("s3:"));
        boolean configured = node.variable("LMCACHE_CONFIG_FILE").isPresent()
                || node.variable("LMCACHE_EXTRA_CONFIG")
                        .filter(extra -> extra.text().contains("s3_region"))
                        .isPresent();
        return unknown.map(value -> Observed.at(value, node.name() + " has LMCACHE_S3_ENDPOINT_URL"))
                .or(() -> url.filter(value -> !configured)
                        .map(value -> Observed.at(value, node.name() + " has an S3 address without s3_region")));
    }

    /** LMCache's server computes its names itself, from a fixed root: a node that caches there alone needs no seed. */
    private static Stream<Observed> hashSeeds(Deployment deployment) {
        List<Node> sharing = deployment.nodes().stream()
                .filter(node -> node.has(Connector::namesBlocksByEngineHash)
                        || node.wantsCache() && !node.has(Connector::isCache))
                .toList();
        List<String> seeds = sharing.stream().map(LmCacheRules::seed).distinct().toList();
        boolean differ = seeds.size() > 1 && !seeds.contains("");
        return sharing.stream()
                .filter(node -> differ || seed(node).isEmpty())
                .limit(differ ? 1 : sharing.size())
                .map(node -> new Observed(
                        node.variable("PYTHONHASHSEED").map(Stated::where).orElse(node.where()),
                        differ
                                ? "PYTHONHASHSEED differs between nodes: " + String.join(", ", seeds)
                                : node.name() + " shares cached blocks without a fixed PYTHONHASHSEED"));
    }

    private static String seed(Node node) {
        return node.variable("PYTHONHASHSEED")
                .map(Stated::text)
                .filter(text -> text.matches("\\d+"))
                .orElse("");
    }

    private static Stream<Observed> tensorParallelism(Deployment deployment) {
        List<Stated> sizes = deployment
                .prefill()
                .filter(node -> node.has(Connector::isCache))
                .map(node -> node.options().value("--tensor-parallel-size").orElse(new Stated("1", node.where())))
                .toList();
        List<String> different = sizes.stream().map(Stated::text).distinct().toList();
        return different.size() < 2
                ? Stream.empty()
                : Stream.of(Observed.at(
                        sizes.get(sizes.size() - 1),
                        "prefill nodes that share a bucket have tensor parallelism "
                                + String.join(" and ", different)));
    }

    private static boolean waitsLong(Connector connector) {
        return connector.name().equals("LMCacheMPConnector")
                && connector.extra().path("lmcache.mp.mq_timeout").asDouble(DEFAULT_MQ_TIMEOUT_S)
                        >= DEFAULT_MQ_TIMEOUT_S;
    }
}
