package dev.vllmjunit.topology;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A setting: one name for the system property and the JUnit configuration parameter, one for the environment variable, what
 * it is and what may be written. The constants are the catalogue; there are no others.
 *
 * @param <T> what its text becomes
 */
public final class Setting<T> {

    /** Which provisioner runs the topology. */
    public static final Setting<String> STACK = with(
            "vllm.stack",
            "where the topology runs: embedded, local, docker, attach, or another provisioner's name",
            ValueType.TEXT,
            "embedded");
    /** Which profile fills what annotations leave out. */
    public static final Setting<String> PROFILE = new Setting<>(
            "vllm.profile",
            "the profile that fills what annotations leave out",
            ValueType.TEXT,
            Optional.empty(),
            "local on the local stack; elsewhere nixl-s3 for a class with @S3Cache, else nixl-only");
    /** Where the project's profiles are. */
    public static final Setting<Path> PROFILES_DIRECTORY =
            with("vllm.profiles.dir", "directory of the project's profiles", ValueType.DIRECTORY, "profiles");
    /** Where reports go. */
    public static final Setting<Path> REPORTS_DIRECTORY =
            with("vllm.reports.dir", "directory that reports are written to", ValueType.DIRECTORY, "reports");
    /** The served model's id. */
    public static final Setting<String> MODEL =
            profile("vllm.model", "id of the served model; its shape stays the profile's", ValueType.TEXT);

    /** Running prefill nodes. */
    public static final Setting<List<URI>> ATTACH_PREFILL =
            profile("vllm.attach.prefill", "running prefill nodes, one URL each", ValueType.HTTP_URLS);
    /** Running decode nodes. */
    public static final Setting<List<URI>> ATTACH_DECODE =
            profile("vllm.attach.decode", "running decode nodes, one URL each", ValueType.HTTP_URLS);
    /** Running cache server. */
    public static final Setting<URI> ATTACH_CACHE_SERVER =
            profile("vllm.attach.cache-server", "HTTP port of a running LMCache server", ValueType.HTTP_URL);

    /** Running router. */
    public static final Setting<URI> ATTACH_ROUTER = new Setting<>(
            "vllm.attach.router",
            "running router in front of the nodes: vLLM's, llm-d's or another; hop times are unavailable then",
            ValueType.HTTP_URL,
            Optional.empty(),
            "the profile's, else this library's own router");

    /** What running nodes want to see. */
    public static final Setting<BearerToken> ATTACH_TOKEN = new Setting<>(
            "vllm.attach.token",
            "bearer token for the running nodes, router and cache server; better given as the environment variable",
            ValueType.TOKEN,
            Optional.empty(),
            "none");

    /** Whom to trust. */
    public static final Setting<Path> TLS_CA = new Setting<>(
            "vllm.tls.ca",
            "PEM file of certificate authorities to trust beside the JVM's, at https:// URLs of nodes, router, cache server"
                    + " and S3",
            ValueType.FILE,
            Optional.empty(),
            "none");
    /** What to show. */
    public static final Setting<Path> TLS_CERTIFICATE = new Setting<>(
            "vllm.tls.certificate",
            "PEM file of a client certificate, for running nodes, router and cache server that ask for one",
            ValueType.FILE,
            Optional.empty(),
            "none");
    /** Proof of what is shown. */
    public static final Setting<Path> TLS_KEY = new Setting<>(
            "vllm.tls.key",
            "PEM file (PKCS#8, no password) of the client certificate's private key",
            ValueType.FILE,
            Optional.empty(),
            "none");

    /** Where the local stack finds its engine. */
    public static final Setting<Path> LOCAL_HOME = new Setting<>(
            "vllm.local.home",
            "Python environment with vLLM, NIXL and LMCache that the local stack runs",
            ValueType.DIRECTORY,
            Optional.empty(),
            "built once below the user's cache directory");
    /** What the local stack serves. */
    public static final Setting<Path> LOCAL_MODEL = new Setting<>(
            "vllm.local.model",
            "model that the local stack serves; its id and shape stay the profile's",
            ValueType.DIRECTORY,
            Optional.empty(),
            "a tiny one, made once");

    /** S3 endpoint. */
    public static final Setting<URI> S3_ENDPOINT = profile(
            "vllm.s3.endpoint",
            "S3 endpoint without the bucket; a stack's own store where there is none",
            ValueType.HTTP_URL);
    /** S3 bucket. */
    public static final Setting<String> S3_BUCKET = profile("vllm.s3.bucket", "bucket of the KV cache", ValueType.TEXT);
    /** S3 region. */
    public static final Setting<String> S3_REGION = profile("vllm.s3.region", "signing region", ValueType.TEXT);
    /** S3 addressing. */
    public static final Setting<Boolean> S3_PATH_STYLE =
            profile("vllm.s3.path-style", "bucket in the path instead of the host name", ValueType.FLAG);
    /** Prefix of the cache objects. */
    public static final Setting<String> S3_KEY_PREFIX = profile(
            "vllm.s3.key-prefix", "prefix of the cache objects' keys; a clearing clears nothing else", ValueType.TEXT);
    /** What writes the cache objects. */
    public static final Setting<S3CacheSpec.Writer> S3_WRITER =
            profile("vllm.s3.writer", "what writes the cache objects", ValueType.oneOf(S3CacheSpec.Writer.class));
    /** How long S3 writes may take to settle. */
    public static final Setting<Duration> S3_SETTLE_TIMEOUT = with(
            "vllm.s3.settle-timeout",
            "how long writes to the object store may go on after a run",
            ValueType.DURATION,
            "60s");

    /** Pinned port of the first prefill node. */
    public static final Setting<Integer> PREFILL_PORT =
            profile("vllm.prefill.port", "pinned HTTP port of the first prefill node", ValueType.PORT);
    /** Pinned port of the first decode node. */
    public static final Setting<Integer> DECODE_PORT =
            profile("vllm.decode.port", "pinned HTTP port of the first decode node", ValueType.PORT);
    /** Pinned side channel port of the first prefill node. */
    public static final Setting<Integer> SIDE_CHANNEL_PORT =
            profile("vllm.side-channel.port", "pinned side channel port of the first node", ValueType.PORT);

    /** Pinned port of the router. */
    public static final Setting<Integer> ROUTER_PORT = new Setting<>(
            "vllm.router.port", "pinned HTTP port of the router", ValueType.PORT, Optional.empty(), "a free one");
    /** Deadline of the prefill hop. */
    public static final Setting<Duration> ROUTER_PREFILL_DEADLINE =
            with("vllm.router.prefill-deadline", "longest time until prefill has answered", ValueType.DURATION, "120s");
    /** Deadline of the first token. */
    public static final Setting<Duration> ROUTER_FIRST_TOKEN_DEADLINE = with(
            "vllm.router.first-token-deadline",
            "longest time from decode's request to its first token",
            ValueType.DURATION,
            "60s");
    /** Deadline between two tokens. */
    public static final Setting<Duration> ROUTER_IDLE_DEADLINE = with(
            "vllm.router.idle-deadline", "longest silence of decode after its first token", ValueType.DURATION, "30s");
    /** Deadline of a whole request. */
    public static final Setting<Duration> REQUEST_TIMEOUT = with(
            "vllm.request-timeout",
            "longest time of one whole request, as the driver sees it",
            ValueType.DURATION,
            "5m");
    /** Deadline of a start. */
    public static final Setting<Duration> START_TIMEOUT = with(
            "vllm.start-timeout",
            "longest time until a node that a stack has started answers",
            ValueType.DURATION,
            "300s");

    /** Overrides the guide's document length. */
    public static final Setting<Integer> DOCUMENT_LENGTH =
            workload("vllm.workload.document-length", "tokens in a document");
    /** Overrides the guide's number of documents. */
    public static final Setting<Integer> DOCUMENTS = workload("vllm.workload.documents", "number of documents");
    /** Overrides the guide's number of prompts. */
    public static final Setting<Integer> PROMPT_COUNT = workload("vllm.workload.prompt-count", "number of prompts");
    /** Overrides the guide's output length. */
    public static final Setting<Integer> OUTPUT_TOKENS =
            workload("vllm.workload.output-tokens", "output tokens of a request");
    /** Overrides the guide's concurrency. */
    public static final Setting<Integer> CONCURRENCY = workload("vllm.workload.concurrency", "requests in flight");

    /** Outputs to compare with a fresh computation. */
    public static final Setting<Integer> INTEGRITY_SAMPLES = with(
            "vllm.integrity.samples",
            "documents of each run whose output is compared with a fresh computation; 0 switches the comparison off",
            ValueType.count(0, Integer.MAX_VALUE),
            "2");

    /** Where results are kept for later ones to be compared with. */
    public static final Setting<String> HISTORY = new Setting<>(
            "vllm.history",
            "where results are kept, for later ones to be compared with",
            ValueType.HISTORY,
            Optional.empty(),
            "`history` below the reports directory");

    /** Whether a progress bar is drawn. */
    public static final Setting<String> PROGRESS = with(
            "vllm.progress",
            "progress bar while a run lasts; auto draws one on a terminal",
            ValueType.oneOf("auto", "off"),
            "auto");

    /** Whether the commands behind a start are shown. */
    public static final Setting<Boolean> PRINT_COMMANDS = with(
            "vllm.print-commands",
            "print and attach the lines that would start the same containers by hand; credentials are variables of the shell",
            ValueType.FLAG,
            "false");

    private static final List<Setting<?>> ALL = List.of(
            STACK,
            PROFILE,
            PROFILES_DIRECTORY,
            REPORTS_DIRECTORY,
            MODEL,
            ATTACH_PREFILL,
            ATTACH_DECODE,
            ATTACH_CACHE_SERVER,
            ATTACH_ROUTER,
            ATTACH_TOKEN,
            TLS_CA,
            TLS_CERTIFICATE,
            TLS_KEY,
            LOCAL_HOME,
            LOCAL_MODEL,
            S3_ENDPOINT,
            S3_BUCKET,
            S3_REGION,
            S3_PATH_STYLE,
            S3_KEY_PREFIX,
            S3_WRITER,
            S3_SETTLE_TIMEOUT,
            PREFILL_PORT,
            DECODE_PORT,
            SIDE_CHANNEL_PORT,
            ROUTER_PORT,
            ROUTER_PREFILL_DEADLINE,
            ROUTER_FIRST_TOKEN_DEADLINE,
            ROUTER_IDLE_DEADLINE,
            REQUEST_TIMEOUT,
            START_TIMEOUT,
            DOCUMENT_LENGTH,
            DOCUMENTS,
            PROMPT_COUNT,
            OUTPUT_TOKENS,
            CONCURRENCY,
            INTEGRITY_SAMPLES,
            HISTORY,
            PROGRESS,
            PRINT_COMMANDS);

    private final String key;
    private final String meaning;
    private final ValueType<T> type;
    private final Optional<String> defaultText;
    private final String defaultInWords;

    private Setting(
            String key, String meaning, ValueType<T> type, Optional<String> defaultText, String defaultInWords) {
        this.key = key;
        this.meaning = meaning;
        this.type = type;
        this.defaultText = defaultText;
        this.defaultInWords = defaultInWords;
    }

    private static <T> Setting<T> with(String key, String meaning, ValueType<T> type, String defaultText) {
        return new Setting<>(key, meaning, type, Optional.of(defaultText), "`" + defaultText + "`");
    }

    private static <T> Setting<T> profile(String key, String meaning, ValueType<T> type) {
        return new Setting<>(key, meaning, type, Optional.empty(), "the profile's");
    }

    private static Setting<Integer> workload(String key, String meaning) {
        return new Setting<>(
                key, meaning + ", in the guide's classes", ValueType.COUNT, Optional.empty(), "the profile's");
    }

    /** Every setting, in the order of the documentation. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    /** The table of all settings for the documentation, in Markdown. */
    public static String markdownTable() {
        Stream<String> head = Stream.of(
                "| system property, JUnit configuration parameter | environment variable | what it is | write | default |",
                "| --- | --- | --- | --- | --- |");
        Stream<String> rows = ALL.stream().map(Setting::markdownRow);
        return Stream.concat(head, rows).collect(Collectors.joining("\n"));
    }

    /** Name of the system property and of the JUnit configuration parameter. */
    public String key() {
        return key;
    }

    /** Name of the environment variable: {@code vllm.s3.path-style} becomes {@code VLLM_JUNIT_S3_PATH_STYLE}. */
    public String environmentName() {
        return Settings.ENVIRONMENT_PREFIX
                + key.substring(Settings.PREFIX.length())
                        .replaceAll("[.-]", "_")
                        .toUpperCase(Locale.ROOT);
    }

    /** What it is, in a few words. */
    public String meaning() {
        return meaning;
    }

    ValueType<T> type() {
        return type;
    }

    Optional<String> defaultText() {
        return defaultText;
    }

    private String markdownRow() {
        return "| `" + key + "` | `" + environmentName() + "` | " + meaning + " | " + type.allowed() + " | "
                + defaultInWords + " |";
    }

    @Override
    public String toString() {
        return key;
    }
}
