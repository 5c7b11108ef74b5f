package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.kvstore.CacheObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class CacheObjectsTest {

    private static final CacheObject A = new CacheObject("tiny@00000000@0@aa", 1024, "e1");
    private static final CacheObject B = new CacheObject("tiny@00000000@0@bb", 1024, "e2");
    private static final CacheObject C = new CacheObject("tiny@00000000@0@cc", 1024, "e3");
    private static final CacheObject OTHER_RANK = new CacheObject("tiny@01000100@0@aa", 512, "e4");
    private static final CacheObject TIERED = new CacheObject("tiny_0123456789ab_r0/aaa/bb_g0/cc.bin", 64, "e5");

    @Test
    void objectsOfDifferentKindsMayDifferInSize() {
        assertThat(new CacheObjects(List.of(A, B, C, OTHER_RANK, TIERED)).beforeTheRun())
                .isEmpty();
    }

    @Test
    void anObjectShorterThanItsSiblingsIsNamed() {
        CacheObject half = new CacheObject("tiny@00000000@0@dd", 512, "e6");

        assertThat(new CacheObjects(List.of(A, half)).beforeTheRun())
                .contains(new Problem(
                        InvalidReason.CACHE_ALTERED,
                        "1 of 2 cache objects have another size than the others of their kind (cut short, or written with"
                                + " another chunk size; CacheState.EMPTY clears them):\n"
                                + "  tiny@00000000@0@dd: 512 bytes, ETag e6, but most have 1024 bytes"));
    }

    @Test
    void furtherObjectsAreNoAlteration() {
        assertThat(new CacheObjects(List.of(A, B)).after(List.of(C, B, A))).isEmpty();
    }

    @Test
    void whatChangedShrankOrVanishedIsNamed() {
        List<CacheObject> now = List.of(new CacheObject(A.key(), 1024, "f1"), new CacheObject(B.key(), 7, "f2"));

        assertThat(new CacheObjects(List.of(A, B, C)).after(now))
                .contains(new Problem(
                        InvalidReason.CACHE_ALTERED,
                        "3 of 3 cache objects were altered between the moment their stores had settled and the end of the"
                                + " run:\n"
                                + "  tiny@00000000@0@aa: 1024 bytes, ETag e1, now 1024 bytes, ETag f1\n"
                                + "  tiny@00000000@0@bb: 1024 bytes, ETag e2, now 7 bytes, ETag f2\n"
                                + "  tiny@00000000@0@cc: 1024 bytes, ETag e3 is gone"));
    }
}
