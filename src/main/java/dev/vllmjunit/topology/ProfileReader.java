package dev.vllmjunit.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns a located YAML tree into a {@link Profile}; keeps the keys and their defaults. */
final class ProfileReader {

    static final List<String> KEYS = List.of(
            "extends",
            "model",
            "prefill",
            "decode",
            "kvTransfer",
            "s3Cache",
            "embedded",
            "links",
            "attach",
            "docker",
            "workload",
            "lint",
            "expectations");

    private static final List<String> MODEL_KEYS = List.of(
            "id",
            "parameters",
            "layers",
            "hiddenSize",
            "kvHeads",
            "headDim",
            "attentionHeads",
            "dtype",
            "maxModelLength");
    private static final List<String> NODE_KEYS = List.of(
            "accelerator", "tensorParallelism", "blockSize", "host", "port", "image", "environment", "arguments");
    private static final List<String> TRANSFER_KEYS =
            List.of("connector", "bufferDevice", "sideChannelPort", "lease", "enforceHandshakeCompatibility");
    private static final List<String> S3_KEYS =
            List.of("bucket", "endpoint", "region", "pathStyle", "keyPrefix", "writer", "chunkTokens");
    private static final List<String> EMBEDDED_KEYS =
            List.of("kvScale", "deviceCacheTokens", "hostCacheTokens", "maxBatchedTokens", "calibration");
    private static final List<String> LINK_KEYS = List.of("s3ReadGBps", "nixlGBps");
    private static final List<String> ATTACH_KEYS = List.of("prefill", "decode", "cacheServer", "router");
    private static final List<String> WORKLOAD_KEYS =
            List.of("documents", "documentLength", "promptCount", "outputTokens", "concurrency");
    private static final List<String> LINT_KEYS = List.of("vllm", "silence");
    private static final List<String> ROW_KEYS = List.of("row", "state", "metric", "comparedTo", "guide", "deciding");
    private static final List<String> RANGE_KEYS = List.of("min", "max");
    private static final List<String> STACKS = List.of("embedded", "attach", "local", "docker", "kubernetes");

    private static final ValueType<String> DTYPE = ValueType.oneOf("bfloat16", "float16", "float32");
    private static final ValueType<String> BUFFER_DEVICE = ValueType.oneOf("cpu", "cuda", "hpu", "xpu");
    private static final ValueType<String> STATE = ValueType.oneOf(Expectation.STATES.toArray(String[]::new));

    /** With this many bytes per token really moved, ten documents of 20,000 tokens fit into 64 MB. */
    private static final long MOVED_BYTES_PER_TOKEN = 320;

    private ProfileReader() {}

    static Profile read(String name, Yaml.Mapping document) {
        Section top = Section.of("", document, KEYS);
        ModelSpec model = model(top.requiredSection("model", MODEL_KEYS));
        Profile.NodeDefaults prefill = node(top.section("prefill", NODE_KEYS));
        Optional<Section> s3 = top.section("s3Cache", S3_KEYS);
        return new Profile(
                name,
                model,
                prefill,
                decode(top, prefill),
                kvTransfer(top.section("kvTransfer", TRANSFER_KEYS)),
                s3.map(section -> s3Cache(section, prefill.blockSize())),
                embedded(top.section("embedded", EMBEDDED_KEYS), model),
                links(top.section("links", LINK_KEYS)),
                attach(top.section("attach", ATTACH_KEYS)),
                Profile.LocalSettings.STANDARD,
                DockerReader.read(top),
                workload(top.section("workload", WORKLOAD_KEYS)),
                lint(top.section("lint", LINT_KEYS)),
                expectations(top));
    }

    private static Profile.Workload workload(Optional<Section> workload) {
        Profile.Workload guide = Profile.Workload.GUIDE;
        return new Profile.Workload(
                value(workload, "documents", ValueType.COUNT).orElse(guide.documents()),
                value(workload, "documentLength", ValueType.COUNT).orElse(guide.documentLength()),
                value(workload, "promptCount", ValueType.COUNT).orElse(guide.promptCount()),
                value(workload, "outputTokens", ValueType.COUNT).orElse(guide.outputTokens()),
                value(workload, "concurrency", ValueType.COUNT).orElse(guide.concurrency()));
    }

    private static Profile.Lint lint(Optional<Section> lint) {
        List<Profile.Silence> silences = new ArrayList<>();
        lint.ifPresent(section -> section.forEach(
                "silence",
                ValueType.TEXT,
                (rule, reason, at) -> silences.add(new Profile.Silence(rule, reason, at.toString()))));
        return new Profile.Lint(value(lint, "vllm", ValueType.VERSION), silences);
    }

    private static ModelSpec model(Section model) {
        return new ModelSpec(
                model.required("id", ValueType.TEXT),
                model.required("parameters", ValueType.BIG_COUNT),
                model.required("layers", ValueType.COUNT),
                model.required("hiddenSize", ValueType.COUNT),
                model.required("kvHeads", ValueType.COUNT),
                model.required("headDim", ValueType.COUNT),
                model.value("dtype", DTYPE).orElse("bfloat16").equals("float32") ? 4 : 2,
                model.value("maxModelLength", ValueType.COUNT).orElse(32_768),
                model.value("attentionHeads", ValueType.COUNT).orElse(0));
    }

    private static Profile.NodeDefaults node(Optional<Section> node) {
        return new Profile.NodeDefaults(
                value(node, "accelerator", ValueType.oneOf(Accelerator.class)).orElse(Accelerator.CPU),
                value(node, "tensorParallelism", ValueType.COUNT).orElse(1),
                value(node, "blockSize", ValueType.COUNT).orElse(128),
                value(node, "host", ValueType.TEXT).orElse("127.0.0.1"),
                port(node, "port"),
                value(node, "image", ValueType.TEXT),
                node.map(section -> section.texts("environment")).orElse(Map.of()),
                node.map(section -> section.values("arguments", ValueType.TEXT)).orElse(List.of()));
    }

    private static Profile.NodeDefaults decode(Section top, Profile.NodeDefaults prefill) {
        Optional<Section> section = top.section("decode", NODE_KEYS);
        Profile.NodeDefaults decode = node(section);
        if (decode.blockSize() != prefill.blockSize()) {
            throw section.orElse(top)
                    .error("has blockSize " + decode.blockSize() + ", but prefill has " + prefill.blockSize()
                            + "; write the same: blocks of different sizes are refused or, worse, silently mixed up when"
                            + " they are pulled");
        }
        return decode;
    }

    private static KvTransferSpec kvTransfer(Optional<Section> transfer) {
        return new KvTransferSpec(
                value(transfer, "connector", ValueType.TEXT).orElse("NixlConnector"),
                value(transfer, "bufferDevice", BUFFER_DEVICE).orElse("cpu"),
                port(transfer, "sideChannelPort"),
                value(transfer, "lease", ValueType.DURATION).orElse(Duration.ofSeconds(30)),
                value(transfer, "enforceHandshakeCompatibility", ValueType.FLAG).orElse(true));
    }

    private static S3CacheSpec s3Cache(Section s3, int blockSize) {
        int chunkTokens = s3.value("chunkTokens", ValueType.COUNT).orElse(256);
        if (chunkTokens % blockSize != 0) {
            throw s3.error("has chunkTokens " + chunkTokens + ", which is no multiple of blockSize " + blockSize
                    + "; a chunk is a whole number of blocks");
        }
        return new S3CacheSpec(
                s3.required("bucket", ValueType.TEXT),
                s3.value("endpoint", ValueType.HTTP_URL),
                s3.value("region", ValueType.TEXT).orElse("us-east-1"),
                s3.value("pathStyle", ValueType.FLAG).orElse(true),
                s3.value("writer", ValueType.oneOf(S3CacheSpec.Writer.class)).orElse(S3CacheSpec.Writer.LMCACHE),
                chunkTokens,
                s3.value("keyPrefix", ValueType.TEXT).orElse(""));
    }

    private static Profile.EmbeddedSettings embedded(Optional<Section> embedded, ModelSpec model) {
        int scale = (int) Math.max(1, model.kvBytesPerToken() / MOVED_BYTES_PER_TOKEN);
        return new Profile.EmbeddedSettings(
                value(embedded, "kvScale", ValueType.COUNT).orElse(scale),
                value(embedded, "deviceCacheTokens", ValueType.BIG_COUNT).orElse(400_000L),
                value(embedded, "hostCacheTokens", ValueType.BIG_COUNT).orElse(400_000L),
                value(embedded, "maxBatchedTokens", ValueType.COUNT).orElse(8_192),
                value(embedded, "calibration", ValueType.FILE));
    }

    private static Links links(Optional<Section> links) {
        return new Links(
                value(links, "s3ReadGBps", ValueType.POSITIVE).orElse(Links.TESTBED.s3ReadGBps()),
                value(links, "nixlGBps", ValueType.POSITIVE).orElse(Links.TESTBED.nixlGBps()));
    }

    private static Profile.AttachSettings attach(Optional<Section> attach) {
        return new Profile.AttachSettings(
                attach.map(section -> section.values("prefill", ValueType.HTTP_URL))
                        .orElse(List.of()),
                attach.map(section -> section.values("decode", ValueType.HTTP_URL))
                        .orElse(List.of()),
                value(attach, "cacheServer", ValueType.HTTP_URL),
                value(attach, "router", ValueType.HTTP_URL));
    }

    private static List<Expectation> expectations(Section top) {
        List<Expectation> rows = new ArrayList<>();
        for (Section row : top.sections("expectations", ROW_KEYS)) {
            rows.add(new Expectation(
                    row.required("row", ValueType.TEXT),
                    row.required("state", STATE),
                    row.required("metric", ValueType.oneOf(Expectation.Metric.class)),
                    row.value("comparedTo", STATE),
                    row.section("guide", RANGE_KEYS).map(ProfileReader::range).orElse(Expectation.Range.ANY),
                    deciding(row)));
        }
        return rows;
    }

    private static Map<String, Expectation.Range> deciding(Section row) {
        Map<String, Expectation.Range> ranges = new LinkedHashMap<>();
        row.namedSections("deciding", STACKS, RANGE_KEYS)
                .forEach((stack, section) -> ranges.put(stack, range(section)));
        return ranges;
    }

    private static Expectation.Range range(Section range) {
        double min = range.value("min", ValueType.NUMBER).orElse(Double.NEGATIVE_INFINITY);
        double max = range.value("max", ValueType.NUMBER).orElse(Double.POSITIVE_INFINITY);
        if (min > max) {
            throw range.error("goes from " + min + " to " + max + " and holds nothing; write min <= max");
        }
        return new Expectation.Range(min, max);
    }

    private static OptionalInt port(Optional<Section> section, String key) {
        return value(section, key, ValueType.PORT).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static <T> Optional<T> value(Optional<Section> section, String key, ValueType<T> type) {
        return section.flatMap(found -> found.value(key, type));
    }
}
