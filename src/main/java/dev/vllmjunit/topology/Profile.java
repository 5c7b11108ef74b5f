package dev.vllmjunit.topology;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What differs between places, read from {@code profiles/NAME.yaml}. Immutable; holds no credentials.
 *
 * @param name the file's name without its ending
 * @param model the model to serve
 * @param prefill defaults of prefill nodes
 * @param decode defaults of decode nodes
 * @param kvTransfer how KV cache moves
 * @param s3Cache the S3 tier, used where a class declares {@code @S3Cache}
 * @param embedded settings of the embedded stack
 * @param links how fast the links are, for floors of feasibility
 * @param attach endpoints of a running deployment
 * @param local settings of the local stack
 * @param docker settings of the docker stack
 * @param workload sizes of the guide's benchmark
 * @param lint what the configuration lint is told
 * @param expectations the guide's rows
 */
public record Profile(
        String name,
        ModelSpec model,
        NodeDefaults prefill,
        NodeDefaults decode,
        KvTransferSpec kvTransfer,
        Optional<S3CacheSpec> s3Cache,
        EmbeddedSettings embedded,
        Links links,
        AttachSettings attach,
        LocalSettings local,
        DockerSettings docker,
        Workload workload,
        Lint lint,
        List<Expectation> expectations) {

    /** Copies the expectations. */
    public Profile {
        expectations = List.copyOf(expectations);
    }

    /** With the links of the guide's testbed, its workload, and a local stack that brings everything itself. */
    public Profile(
            String name,
            ModelSpec model,
            NodeDefaults prefill,
            NodeDefaults decode,
            KvTransferSpec kvTransfer,
            Optional<S3CacheSpec> s3Cache,
            EmbeddedSettings embedded,
            AttachSettings attach,
            List<Expectation> expectations) {
        this(
                name,
                model,
                prefill,
                decode,
                kvTransfer,
                s3Cache,
                embedded,
                Links.TESTBED,
                attach,
                LocalSettings.STANDARD,
                DockerSettings.STANDARD,
                Workload.GUIDE,
                Lint.NOTHING,
                expectations);
    }

    /** This profile with the settings that override parts of it. */
    public Profile with(Settings settings) {
        return ProfileOverrides.apply(this, settings);
    }

    /**
     * How large the guide's benchmark is where this profile is in force.
     *
     * @param documents how many, 1 or more
     * @param documentLength tokens in each, 1 or more
     * @param promptCount requests of a run, 1 or more
     * @param outputTokens tokens of an answer, 1 or more
     * @param concurrency requests in flight, 1 or more
     */
    public record Workload(int documents, int documentLength, int promptCount, int outputTokens, int concurrency) {

        /** The guide's own sizes. */
        public static final Workload GUIDE = new Workload(10, 20_000, 100, 20, 4);
    }

    /**
     * What the configuration lint is told.
     *
     * @param engine version of vLLM that the nodes run; empty for the one that the rules were read from
     * @param silences rules whose findings are known and accepted
     */
    public record Lint(Optional<String> engine, List<Silence> silences) {

        /** Nothing. */
        static final Lint NOTHING = new Lint(Optional.empty(), List.of());

        /** Copies the silences. */
        public Lint {
            silences = List.copyOf(silences);
        }
    }

    /**
     * A rule of the configuration lint whose findings are known and accepted.
     *
     * @param rule its id
     * @param reason why, for readers of the report
     * @param at where this is written: file and line
     */
    public record Silence(String rule, String reason, String at) {}

    /**
     * What a node gets where its annotation is silent.
     *
     * @param accelerator used where no annotation says another
     * @param tensorParallelism devices the model is split over
     * @param blockSize tokens in a KV cache block
     * @param host where it runs
     * @param port pinned HTTP port of the first node of the role; empty for a free one
     * @param image container image
     * @param environment variables of its process; never a secret
     * @param arguments further arguments of {@code vllm serve}
     */
    public record NodeDefaults(
            Accelerator accelerator,
            int tensorParallelism,
            int blockSize,
            String host,
            OptionalInt port,
            Optional<String> image,
            Map<String, String> environment,
            List<String> arguments) {

        /** Copies the collections. */
        public NodeDefaults {
            environment = Map.copyOf(environment);
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * The embedded stack's knobs.
     *
     * @param kvScale full-size KV bytes divided by bytes really moved, 1 or more
     * @param deviceCacheTokens capacity of a node's own prefix cache
     * @param hostCacheTokens capacity of the host tier
     * @param maxBatchedTokens token budget of one scheduler step
     * @param calibration a file of times fitted to measurements of a real node; empty for times of a roofline
     */
    public record EmbeddedSettings(
            int kvScale,
            long deviceCacheTokens,
            long hostCacheTokens,
            int maxBatchedTokens,
            Optional<Path> calibration) {

        /** With times of a roofline. */
        public EmbeddedSettings(int kvScale, long deviceCacheTokens, long hostCacheTokens, int maxBatchedTokens) {
            this(kvScale, deviceCacheTokens, hostCacheTokens, maxBatchedTokens, Optional.empty());
        }
    }

    /**
     * URLs of a running deployment.
     *
     * @param prefill prefill nodes
     * @param decode decode nodes
     * @param cacheServer LMCache server's HTTP port
     * @param router a router in front of the nodes; empty for this project's
     */
    public record AttachSettings(List<URI> prefill, List<URI> decode, Optional<URI> cacheServer, Optional<URI> router) {

        /** Nothing. */
        public static final AttachSettings NOTHING =
                new AttachSettings(List.of(), List.of(), Optional.empty(), Optional.empty());

        /** Copies the lists. */
        public AttachSettings {
            prefill = List.copyOf(prefill);
            decode = List.copyOf(decode);
        }
    }

    /**
     * The local stack's settings.
     *
     * @param home a Python environment with vLLM, NIXL and LMCache; empty for one that is built
     * @param model directory of the model to serve; empty for a tiny one that is made
     */
    public record LocalSettings(Optional<Path> home, Optional<Path> model) {

        /** Builds what it needs. */
        public static final LocalSettings STANDARD = new LocalSettings(Optional.empty(), Optional.empty());
    }
}
