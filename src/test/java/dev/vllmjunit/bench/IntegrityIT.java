package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.evidence.WrongOutputError;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.workload.LongDocumentQa;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Damage to the cache that no status and no counter tells of. Two documents of 2,000 tokens are 14 objects, the warm-up's are 8. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IntegrityIT {

    private static final LongDocumentQa WORKLOAD = EmbeddedRig.TWO_DOCUMENTS_TWICE;

    private EmbeddedRig rig;

    @BeforeAll
    void start(@TempDir Path logs) {
        ProvisionRequest request = EmbeddedRig.request(logs);
        rig = EmbeddedRig.around(request, new EmbeddedProvisioner().start(request));
        rig.runner.run(WORKLOAD, CacheState.EMPTY);
    }

    @BeforeEach
    void forget() {
        rig.forget();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @Test
    void healthyRunsCompareTwoDocumentsAndFindThemEqual() {
        for (CacheState state : CacheState.values()) {
            BenchmarkResult run = rig.runner.run(WORKLOAD, state).requireValid();

            assertThat(run.differences()).isEmpty();
            assertThat(run.conditions().facts().get("outputs compared with a fresh computation"))
                    .startsWith("2 prompts, ");
            assertThat(rig.observer.latest()).isEqualTo("comparing outputs with a fresh computation: 2");
        }
    }

    @Test
    void anObjectDamagedWhileItSettledMakesWrongTextFromS3() {
        rig.runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();
        damageEveryObject();

        BenchmarkResult damaged = rig.runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(damaged.problems()).isEmpty();
        assertThat(damaged.differences()).isNotEmpty().allSatisfy(this::isWrongTextFromS3);
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(damaged::requireValid)
                .withMessageContaining(
                        "served from S3 (1792 of 2000 tokens cached at prefill-0, 2000 offered to decode-0)");
    }

    @Test
    void anObjectDamagedUnderARunIsNamedBesides() {
        rig.observer.beforeMeasuring(this::damageEveryObject);

        BenchmarkResult damaged = rig.runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(reasons(damaged)).containsExactly(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.problems().get(0).detail())
                .startsWith(
                        "14 of 14 cache objects were altered between the moment their stores had settled and the end of"
                                + " the run:\n  " + rig.bucket.list().get(0).key() + ": ")
                .endsWith("\n  and 9 more");
        assertThat(damaged.differences()).isNotEmpty().allSatisfy(this::isWrongTextFromS3);
    }

    @Test
    void oneDamagedObjectOfManyIsFoundBecauseTheFillWasAnsweredOtherwise() {
        LongDocumentQa six = WORKLOAD.documents(6);
        rig.observer.beforeMeasuring(() -> damage(rig.bucket.list().get(0).key()));

        BenchmarkResult damaged = rig.runner.run(six, CacheState.S3_ONLY);

        assertThat(damaged.differences()).hasSize(1);
        assertThat(reasons(damaged)).containsExactly(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.outputsFail()).isTrue();
    }

    @Test
    void anObjectCutShortWhileItSettledIsNamed() {
        rig.runner.run(WORKLOAD, CacheState.S3_ONLY).requireValid();
        String key = rig.bucket.list().get(0).key();
        byte[] whole = rig.bucket.read(key);
        rig.bucket.write(key, Arrays.copyOf(whole, whole.length / 2));

        BenchmarkResult damaged = rig.runner.run(WORKLOAD, CacheState.S3_ONLY);

        assertThat(reasons(damaged)).first().isEqualTo(InvalidReason.CACHE_ALTERED);
        assertThat(damaged.problems().get(0).detail())
                .startsWith("1 of 14 cache objects have another size than the others of their kind")
                .contains(key + ": " + whole.length / 2 + " bytes, ETag ")
                .endsWith(", but most have " + whole.length + " bytes");
    }

    private void damageEveryObject() {
        rig.bucket.list().forEach(object -> damage(object.key()));
    }

    private void damage(String key) {
        byte[] bytes = rig.bucket.read(key);
        bytes[bytes.length / 2] ^= 0x40;
        rig.bucket.write(key, bytes);
    }

    private void isWrongTextFromS3(OutputDifference difference) {
        assertThat(difference.kind()).isEqualTo(OutputDifference.Kind.TEXT);
        assertThat(difference.servedFrom()).contains("S3");
        assertThat(difference.measuredText()).isNotEqualTo(difference.freshText());
    }

    private static List<InvalidReason> reasons(BenchmarkResult result) {
        return result.problems().stream().map(Problem::reason).toList();
    }
}
