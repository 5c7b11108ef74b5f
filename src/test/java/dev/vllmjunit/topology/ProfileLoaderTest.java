package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileLoaderTest {

    private static final String MODEL =
            """
            model:
              id: tiny
              parameters: 5_000_000
              layers: 4
              hiddenSize: 256
              kvHeads: 2
              headDim: 64
            """;

    private final Path directory;

    ProfileLoaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void aModelIsEnoughTheRestHasDefaults() {
        Profile profile = load(MODEL);

        assertThat(profile.name()).isEqualTo("mine");
        assertThat(profile.model()).isEqualTo(new ModelSpec("tiny", 5_000_000, 4, 256, 2, 64, 2, 32_768));
        assertThat(profile.prefill().accelerator()).isEqualTo(Accelerator.CPU);
        assertThat(profile.prefill()).isEqualTo(profile.decode());
        assertThat(profile.prefill().port()).isEmpty();
        assertThat(profile.kvTransfer())
                .isEqualTo(
                        new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), true));
        assertThat(profile.s3Cache()).isEmpty();
        assertThat(profile.embedded()).isEqualTo(new Profile.EmbeddedSettings(6, 400_000, 400_000, 8_192));
        assertThat(profile.links()).isEqualTo(new Links(57, 50));
        assertThat(profile.workload()).isEqualTo(new Profile.Workload(10, 20_000, 100, 20, 4));
        assertThat(profile.expectations()).isEmpty();
    }

    @Test
    void aSettingWinsOverTheProfilesWorkload() {
        Profile profile = load(MODEL + "workload: {documents: 5, documentLength: 4000, concurrency: 1}\n")
                .with(new Settings(Map.of("vllm.workload.document-length", "1000"), Map.of(), key -> Optional.empty()));

        assertThat(profile.workload()).isEqualTo(new Profile.Workload(5, 1_000, 100, 20, 1));
    }

    @Test
    void readsEveryKey() {
        Profile profile = load(
                MODEL
                        + """
                  dtype: float32
                  maxModelLength: 4096
                decode:
                  accelerator: gaudi
                  tensorParallelism: 2
                  host: node7
                  port: 8001
                  image: "vllm:1"
                  environment: {UCX_TLS: tcp, EMPTY: , YES: yes}
                  arguments: [--enforce-eager, --max-num-seqs, 8]
                kvTransfer: {connector: NixlConnector, bufferDevice: hpu, sideChannelPort: 5600, lease: 2m}
                s3Cache:
                  bucket: kv
                  endpoint: http://127.0.0.1:7480
                  region: eu
                  pathStyle: false
                  keyPrefix: a/
                  writer: obj
                  chunkTokens: 512
                embedded: {calibration: measured/calibration.yaml}
                links: {s3ReadGBps: 1.5, nixlGBps: 2}
                attach:
                  prefill: [http://p:8000, http://q:8000]
                  cacheServer: http://c:8090
                expectations:
                  - row: mean TTFT
                    state: S3_ONLY
                    metric: ttft-mean
                    comparedTo: EMPTY
                    deciding:
                      embedded: {min: 1.5}
                """);

        assertThat(profile.model().bytesPerElement()).isEqualTo(4);
        assertThat(profile.model().maxModelLength()).isEqualTo(4096);
        assertThat(profile.decode().accelerator()).isEqualTo(Accelerator.GAUDI);
        assertThat(profile.decode().port()).hasValue(8001);
        assertThat(profile.decode().environment())
                .containsOnly(Map.entry("UCX_TLS", "tcp"), Map.entry("EMPTY", ""), Map.entry("YES", "yes"));
        assertThat(profile.decode().arguments()).containsExactly("--enforce-eager", "--max-num-seqs", "8");
        assertThat(profile.kvTransfer().lease()).isEqualTo(Duration.ofMinutes(2));
        assertThat(profile.s3Cache())
                .contains(new S3CacheSpec(
                        "kv",
                        Optional.of(URI.create("http://127.0.0.1:7480")),
                        "eu",
                        false,
                        S3CacheSpec.Writer.OBJ,
                        512,
                        "a/"));
        assertThat(profile.embedded().calibration()).contains(Path.of("measured", "calibration.yaml"));
        assertThat(profile.attach().prefill()).hasSize(2);
        assertThat(profile.attach().cacheServer()).isPresent();
        assertThat(profile.expectations())
                .containsExactly(new Expectation(
                        "mean TTFT",
                        "S3_ONLY",
                        Expectation.Metric.TTFT_MEAN,
                        Optional.of("EMPTY"),
                        Expectation.Range.ANY,
                        Map.of("embedded", new Expectation.Range(1.5, Double.POSITIVE_INFINITY))));
    }

    @Test
    void namesTheNearestKey() {
        assertRefused(
                MODEL + "prefill:\n  blokSize: 16\n",
                "mine.yaml:9:3: unknown key prefill.blokSize; did you mean blockSize? Known keys: accelerator,"
                        + " tensorParallelism, blockSize, host, port, image, environment, arguments");
        assertRefused(
                "modle:\n  id: x\n",
                "mine.yaml:1:1: unknown key modle; did you mean model? Known keys: extends, model, prefill, decode,"
                        + " kvTransfer, s3Cache, embedded, links, attach, docker, workload, lint,"
                        + " expectations");
        assertRefused(
                MODEL + "links:\n  qqq: 1\n", "mine.yaml:9:3: unknown key links.qqq. Known keys: s3ReadGBps, nixlGBps");
    }

    @Test
    void saysWhichKeyIsMissing() {
        assertRefused(
                "prefill: {host: a}\n",
                "mine.yaml:1:1: model is missing; write id, parameters, layers, hiddenSize, kvHeads, headDim,"
                        + " attentionHeads, dtype, maxModelLength below it");
        assertRefused(
                MODEL + "s3Cache:\n  region: eu\n",
                "mine.yaml:9:3: s3Cache.bucket is missing; write a text that is not empty");
        assertRefused(
                "",
                "mine.yaml:1:1: model is missing; write id, parameters, layers, hiddenSize, kvHeads, headDim,"
                        + " attentionHeads, dtype, maxModelLength below it");
    }

    @Test
    void refusesWrongTypesAndValuesOutOfRange() {
        assertRefused(
                MODEL + "prefill:\n  blockSize: many\n",
                "mine.yaml:9:14: prefill.blockSize is \"many\"; write a whole number of 1 or more");
        assertRefused(
                MODEL + "prefill:\n  port: 70000\n",
                "mine.yaml:9:9: prefill.port is \"70000\"; write a whole number from 1 to 65535");
        assertRefused(
                MODEL + "prefill:\n  tensorParallelism: 1.5\n",
                "mine.yaml:9:22: prefill.tensorParallelism is \"1.5\"; write a whole number of 1 or more");
        assertRefused(MODEL + "prefill: fast\n", "mine.yaml:8:10: prefill is \"fast\"; write keys and values below it");
        assertRefused(
                MODEL + "prefill:\n  host: [a, b]\n",
                "mine.yaml:9:9: prefill.host is a list; write a text that is not empty");
        assertRefused(
                MODEL + "prefill:\n  arguments: --a\n", "mine.yaml:9:14: prefill.arguments is \"--a\"; write a list");
        assertRefused(
                MODEL + "prefill:\n  accelerator: TPU\n",
                "mine.yaml:9:16: prefill.accelerator is \"TPU\"; write one of ROCM, GAUDI, CUDA, CPU");
        assertRefused(
                MODEL + "kvTransfer:\n  lease: 30\n",
                "mine.yaml:9:10: kvTransfer.lease is \"30\"; write a time longer than 0 with its unit (ms, s, m or h), for"
                        + " instance 30s");
        assertRefused(
                MODEL + "links:\n  nixlGBps: 0\n",
                "mine.yaml:9:13: links.nixlGBps is \"0\"; write a number greater than 0");
        assertRefused(
                MODEL + "attach:\n  decode: ['nodes:8000']\n",
                "mine.yaml:9:12: attach.decode is \"nodes:8000\"; write a URL that begins with http:// or https:// and names a"
                        + " host");
        assertRefused(
                MODEL + "kvTransfer:\n  enforceHandshakeCompatibility: nein\n",
                "mine.yaml:9:34: kvTransfer.enforceHandshakeCompatibility is \"nein\"; write true or false");
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        assertRefused(
                MODEL + "prefill: {blockSize: 128}\ndecode: {blockSize: 256}\n",
                "mine.yaml:9:9: decode has blockSize 256, but prefill has 128; write the same: blocks of different sizes are"
                        + " refused or, worse, silently mixed up when they are pulled");
        assertRefused(
                MODEL + "s3Cache: {bucket: kv, chunkTokens: 200}\n",
                "mine.yaml:8:10: s3Cache has chunkTokens 200, which is no multiple of blockSize 128; a chunk is a whole number"
                        + " of blocks");
    }

    @Test
    void refusesExpectationsThatCannotBeMet() {
        String row = MODEL + "expectations:\n  - row: x\n    state: EMPTY\n    metric: TOTAL_TIME\n";
        assertRefused(
                row + "    guide: {min: 2, max: 1}\n",
                "mine.yaml:12:12: expectations.guide goes from 2.0 to 1.0 and holds nothing; write min <= max");
        assertRefused(
                row + "    deciding:\n      embeded: {min: 2}\n",
                "mine.yaml:13:7: unknown key expectations.deciding.embeded; did you mean embedded? Known keys: embedded, attach,"
                        + " local, docker, kubernetes");
        assertRefused(
                row.replace("EMPTY", "COLD"),
                "mine.yaml:10:12: expectations.state is \"COLD\"; write one of EMPTY, S3_ONLY, S3_AFTER_RESTART, WARM");
        assertThat(load(row + "    deciding:\n      lab: {min: 2}\n").expectations())
                .first()
                .extracting(Expectation::deciding)
                .isEqualTo(Map.of("lab", new Expectation.Range(2, Double.POSITIVE_INFINITY)));
    }

    @Test
    void refusesCredentials() {
        String remedy = " holds a credential, and a profile is no place for one; remove it here and export it in the"
                + " environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, HF_TOKEN), or use the AWS default chain";
        assertRefused(
                MODEL + "prefill:\n  environment:\n    HF_TOKEN: hf_abc\n",
                "mine.yaml:10:5: prefill.environment.HF_TOKEN" + remedy);
        assertRefused(
                MODEL + "s3Cache:\n  bucket: kv\n  secretKey: abc\n", "mine.yaml:10:3: s3Cache.secretKey" + remedy);
        assertRefused(
                MODEL + "s3Cache:\n  bucket: kv\n  endpoint: http://me:pw@s3.lab\n",
                "mine.yaml:10:13: s3Cache.endpoint" + remedy);
        assertRefused(
                MODEL + "prefill:\n  arguments: ['--api-key=abc']\n", "mine.yaml:9:15: prefill.arguments" + remedy);
        assertRefused(
                MODEL + "prefill:\n  arguments: [--api-key, abc]\n", "mine.yaml:9:15: prefill.arguments" + remedy);
    }

    @Test
    void refusesADuplicateKey() {
        assertRefused(
                MODEL + "prefill:\n  host: a\n  host: b\n",
                "mine.yaml:10:3: key host is written twice, first in line 9; keep one of them");
    }

    @Test
    void refusesWhatIsNotYaml() {
        assertRefused("model:\n  id: a: b\n", "mine.yaml:2:8: this is not YAML: mapping values are not allowed here");
        assertRefused(
                "model: [a\nprefill: b\n",
                "mine.yaml:2:8: this is not YAML: while parsing a flow sequence, expected ',' or ']', but got :");
        assertRefused("- a\n", "mine.yaml:1:1: the profile is a list; write keys and values, for instance model: …");
        assertRefused(
                "model: &m {id: x}\nprefill: *m\n",
                "mine.yaml:2:10: an alias (*name) is written here; write the value itself");
    }

    @Test
    void listsTheProfilesThatExistWhereOneIsMissing() throws IOException {
        Files.writeString(directory.resolve("lab.yaml"), MODEL);

        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> new ProfileLoader(directory).load("nixl-s4"))
                .withMessage(
                        "there is no profile nixl-s4; did you mean nixl-s3? Profiles that exist: lab, local, nixl-only, nixl-s3."
                                + " Searched for nixl-s4.yaml in " + directory
                                + " and in classpath:/dev/vllmjunit/profiles/");
        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> new ProfileLoader(directory.resolve("none")).load("../lab"))
                .withMessage(
                        "there is no profile ../lab. Profiles that exist: local, nixl-only, nixl-s3. Searched for ../lab.yaml in "
                                + directory.resolve("none")
                                + " (which does not exist) and in classpath:/dev/vllmjunit/profiles/");
    }

    @Test
    void extendsAnotherProfileKeyByKey() throws IOException {
        Files.writeString(
                directory.resolve("base.yaml"), MODEL + "prefill: {host: a, tensorParallelism: 4, arguments: [--x]}\n");

        Profile profile = load("extends: base\nmodel: {layers: 8}\nprefill: {host: b, arguments: [--y]}\n");

        assertThat(profile.name()).isEqualTo("mine");
        assertThat(profile.model().layers()).isEqualTo(8);
        assertThat(profile.model().id()).isEqualTo("tiny");
        assertThat(profile.prefill().host()).isEqualTo("b");
        assertThat(profile.prefill().tensorParallelism()).isEqualTo(4);
        assertThat(profile.prefill().arguments()).isEqualTo(List.of("--y"));
    }

    @Test
    void anErrorInABaseNamesTheBasesFile() throws IOException {
        Files.writeString(directory.resolve("base.yaml"), MODEL + "prefill: {port: x}\n");

        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> load("extends: base\n"))
                .withMessage(directory.resolve("base.yaml")
                        + ":8:17: prefill.port is \"x\"; write a whole number from 1 to 65535");
    }

    @Test
    void refusesACircle() throws IOException {
        Files.writeString(directory.resolve("base.yaml"), "extends: mine\n");

        assertRefused(
                directory.resolve("base.yaml"),
                "extends: base\n",
                ": the profile extends itself: mine -> base -> mine; remove one extends");
    }

    @Test
    void theProjectsProfileHidesTheShippedOneOfThatName() throws IOException {
        Files.writeString(directory.resolve("nixl-s3.yaml"), MODEL);

        assertThat(new ProfileLoader(directory).load("nixl-s3").model().id()).isEqualTo("tiny");
    }

    private void assertRefused(String yaml, String message) {
        assertRefused(directory, yaml, "/" + message);
    }

    private void assertRefused(Path path, String yaml, String message) {
        assertThatExceptionOfType(ProfileException.class)
                .isThrownBy(() -> load(yaml))
                .withMessage(path + message);
    }

    private Profile load(String yaml) {
        try {
            Files.writeString(directory.resolve("mine.yaml"), yaml);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new ProfileLoader(directory).load("mine");
    }
}
