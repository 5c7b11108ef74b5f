package dev.vllmjunit.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Machine;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.evidence.RunConditions;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    static final Machine MACHINE = new Machine(
            "Example CPU 3000", 16, 64L << 30, "Linux", "6.1.0-31-amd64", "amd64", "Example Vendor 17.0.12+7");

    private final RunConditions conditions = Results.cold().build().conditions();

    @Test
    void namesEverythingThatDecidesWhatIsMeasured() {
        Fingerprint fingerprint = Fingerprint.of(
                with(Map.of(
                        "vLLM", "0.32.0",
                        "load", "30 requests; closed loop, 1 at a time",
                        "object store", "embedded S3 server (s3proxy) http://127.0.0.1:41231/nixl/")),
                MACHINE);

        assertThat(fingerprint.parts())
                .containsEntry("Java", "Example Vendor 17")
                .containsEntry("KV transfer", "NixlConnector, buffers on cpu")
                .containsEntry("S3 cache", "LMCACHE, 256 tokens an object")
                .containsEntry("cache state", "EMPTY")
                .containsEntry("decode-0", "GAUDI TP8, blocks of 16 tokens")
                .containsEntry("load", "30 requests; closed loop, 1 at a time")
                .containsEntry("machine", "Example CPU 3000, 16 cores, 64 GiB, Linux 6.1 amd64")
                .containsEntry(
                        "model",
                        "meta-llama/Llama-3.1-70B, 70553706496 parameters of 2 bytes, 80 layers, 131072 tokens at most")
                .containsEntry("object store", "embedded S3 server (s3proxy)")
                .containsEntry("prefill-0", "ROCM TP8, blocks of 16 tokens")
                .containsEntry("profile", "nixl-s3")
                .containsEntry("stack", "embedded (times modelled)")
                .containsEntry("vLLM", "0.32.0")
                .containsEntry("workload", "10 documents x 20000 tokens, 3 rounds, random")
                .containsKey("driver")
                .hasSize(15);
    }

    @Test
    void isTheSameForARunWithOtherPortsPathsAndDelays() {
        Fingerprint one = Fingerprint.of(
                with(Map.of("object store", "Ceph http://127.0.0.1:1/nixl/", "driver loop lag, p99", "1 ms")), MACHINE);
        Fingerprint other = Fingerprint.of(
                with(Map.of("object store", "Ceph http://127.0.0.1:2/nixl/", "time to ready", "9 s")), MACHINE);

        assertThat(one).isEqualTo(other);
        assertThat(one.folder()).isEqualTo(other.folder());
    }

    @Test
    void isTheSameAfterAPatchOfKernelAndJava() {
        Machine patched = new Machine(
                "Example CPU 3000", 16, (64L << 30) - 4096, "Linux", "6.1.0-32", "amd64", "Example Vendor 17.0.13+1");

        assertThat(Fingerprint.of(conditions, patched)).isEqualTo(Fingerprint.of(conditions, MACHINE));
    }

    @Test
    void saysInWordsWhatIsDifferent() {
        Fingerprint old = Fingerprint.of(with(Map.of("vLLM", "0.32.0")), MACHINE);
        Fingerprint upgraded = Fingerprint.of(with(Map.of("vLLM", "0.33.0", "NIXL", "1.5.0")), MACHINE);

        assertThat(upgraded.differences(old))
                .containsExactly("NIXL: 1.5.0 against none", "vLLM: 0.33.0 against 0.32.0");
        assertThat(upgraded.hash()).isNotEqualTo(old.hash());
    }

    @Test
    void hasAFolderThatAPersonCanRead() {
        RunConditions warm = Results.warm().state(CacheState.S3_ONLY).build().conditions();

        assertThat(Fingerprint.of(warm, MACHINE).folder())
                .matches("10-documents-x-20000-tokens-3-rounds-random-s3-only-[0-9a-f]{12}");
    }

    private static RunConditions with(Map<String, String> facts) {
        return Results.cold().facts(facts).build().conditions();
    }
}
