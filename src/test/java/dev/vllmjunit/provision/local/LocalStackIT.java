package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.OtherJvm;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.local.install.Installation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes. */
@Tag("local")
class LocalStackIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path logs;

    LocalStackIT(@TempDir Path logs) {
        this.logs = logs;
    }

    @Test
    void startsEverythingAndLeavesNothing() throws IOException {
        List<Long> before = descendants();
        LocalProvisioner provisioner = new LocalProvisioner();
        try (RunningStack stack = provisioner.start(request(Map.of()))) {
            assertThat(stack.modelled()).isFalse();
            assertThat(stack.prefill()).hasSize(1);
            assertThat(stack.decode()).hasSize(1);
            assertThat(stack.facts())
                    .containsKeys("vLLM", "NIXL", "LMCache", "PyTorch", "object store", "time to ready");
            assertThat(new ControlClient(SOON)
                            .getText(stack.cacheServer().orElseThrow().resolve("/metrics")))
                    .contains("lmcache_mp_");
            assertThat(stack.logs()).containsKey("lmcache-server");
            assertThat(descendants()).hasSizeGreaterThan(before.size() + 5);
        }
        assertThat(descendants()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(ownSharedMemory()).isEmpty();
    }

    @Test
    void aModelWithoutATokenizerIsNamedByItsOwnLog() throws IOException {
        Path tiny = Installation.ofUser(line -> {}).model(Optional.empty(), Requests.engine());
        Path model = Files.createDirectory(logs.resolve("model"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(tiny.resolve(file), model.resolve(file));
        }
        List<Long> before = descendants();
        Instant start = Instant.now();

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> new LocalProvisioner().start(request(Map.of("vllm.local.model", model.toString()))))
                .withMessageContaining("okenizer")
                .withMessageContaining("(log: ");

        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
        assertThat(descendants()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aDecodeNodeWithOtherBlocksIsRefusedBeforeTheFirstRequest() {
        ProvisionRequest unequal =
                Requests.changed("decode:\n  arguments: [\"--block-size\", \"256\"]\n", Map.of(), logs);
        List<Long> before = descendants();

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> new LocalProvisioner().start(unequal))
                .withMessageStartingWith("decode-0 at ")
                .withMessageContaining(" has blocks of 256 tokens, but the profile says decode.blockSize: 128");

        assertThat(descendants()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aWrongSecretAndAWrongBucketAreNamedWithinAMinute() {
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start()) {
            ObjectStoreAccess access = store.access("us-east-1", "nixl", "");
            String keyId = access.credentials().resolveCredentials().accessKeyId();
            String secret = access.credentials().resolveCredentials().secretAccessKey();

            isRefused(store, "nixl", keyId, "not-" + secret, "SignatureDoesNotMatch");
            isRefused(store, "nowhere", keyId, secret, "nowhere");
        }
    }

    private void isRefused(EmbeddedObjectStore store, String bucket, String keyId, String secret, String named) {
        AwsKeys.use(keyId, secret);
        List<Long> before = descendants();
        Instant start = Instant.now();
        try {
            ProvisionRequest request =
                    request(Map.of("vllm.s3.endpoint", store.endpoint().toString(), "vllm.s3.bucket", bucket));

            assertThatExceptionOfType(ProvisionException.class)
                    .isThrownBy(() -> new LocalProvisioner().start(request))
                    .withMessageContaining(named)
                    .withMessageNotContaining(secret);
        } finally {
            AwsKeys.forget();
        }
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
        assertThat(descendants()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void theKillOfTheJvmLeavesNothing() throws IOException {
        List<Path> before = temporaryDirectories();
        Process jvm = OtherJvm.of(
                        Starter.class,
                        List.of("-Dvllm.local.home=" + Requests.engine().root()),
                        logs.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader said = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).startsWith("ready");
        List<ProcessHandle> family = jvm.descendants().toList();
        assertThat(family).hasSizeGreaterThan(10);

        jvm.destroyForcibly();

        await().atMost(SOON).until(() -> family.stream().noneMatch(ProcessHandle::isAlive));
        await().atMost(SOON).until(() -> ownSharedMemory().isEmpty());
        await().atMost(SOON).until(() -> temporaryDirectories().equals(before));
    }

    /** Main class of the JVM that is killed. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws IOException {
            RunningStack stack =
                    new LocalProvisioner().start(new LocalStackIT(Path.of(arguments[0])).request(Map.of()));
            System.out.println("ready " + stack.facts().get("time to ready"));
            System.in.read();
        }
    }

    private ProvisionRequest request(Map<String, String> settings) {
        return Requests.request("local", settings, Optional.empty(), logs);
    }

    private static List<Long> descendants() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();
    }

    private static List<Path> temporaryDirectories() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("vllm-junit-"))
                    .sorted()
                    .toList();
        }
    }

    /** Pools of cache servers that this class has started. */
    private static List<Path> ownSharedMemory() throws IOException {
        try (Stream<Path> segments = Files.list(Path.of("/dev/shm"))) {
            return segments.filter(path -> path.toString().contains("lmcache_l1_pool_vj"))
                    .toList();
        }
    }
}
