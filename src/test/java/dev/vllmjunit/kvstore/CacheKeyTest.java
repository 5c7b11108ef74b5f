package dev.vllmjunit.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheKeyTest {

    private static final String HASH = "00aa".repeat(16);

    @Test
    void readsAKeyOfTheLmCacheServer() {
        assertThat(CacheKey.parse("meta-llama/Llama-3.1-70B@01000100@0@" + HASH))
                .contains(new LmCacheKey("meta-llama/Llama-3.1-70B", 0x01000100, 0, HASH, Optional.empty()));
    }

    @Test
    void readsASaltedKeyWithAHighRank() {
        assertThat(CacheKey.parse("m@ff000000@1f@" + HASH + "@tenant 1"))
                .contains(new LmCacheKey("m", 0xff000000, 0x1f, HASH, Optional.of("tenant 1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"m@01000100@0@00aa", "a/b@ff000000@a@00aa@salt"})
    void writesWhatItRead(String text) {
        assertThat(LmCacheKey.parse(text)).map(LmCacheKey::text).contains(text);
    }

    @Test
    void readsAKeyOfVllmsOwnTiering() {
        assertThat(CacheKey.parse("kv/tiny_0123456789ab_r3/00a/a1_g0/00aa1.bin"))
                .contains(new ObjTieringKey("kv/tiny", "0123456789ab", 3, 0, "00aa1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "probe",
                "m@8@0@00aa",
                "m@01000100@0@0",
                "m@01000100@0@00aa@",
                "@01000100@0@00aa",
                "x_r0/000/00_g0/0.bin"
            })
    void knowsNoOtherLayout(String text) {
        assertThat(CacheKey.parse(text)).isEmpty();
    }

    @Test
    void refusesASaltThatLmCacheRefuses() {
        assertThatThrownBy(() -> new LmCacheKey("m", 0, 0, "00", Optional.of("a@b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "this cache salt cannot be part of a cache key; LMCache allows 1 to 128 characters, none of '@', '/', '\\' and NUL");
    }

    @Test
    void refusesAModelThatWouldSplitTheKey() {
        assertThatThrownBy(() -> new LmCacheKey("m@1", 0, 0, "00", Optional.empty()))
                .hasMessage("model 'm@1' cannot be part of a cache key; it must not be empty or hold '@'");
    }

    @Test
    void sumsUpByWriterModelAndRank() {
        BucketSummary summary = BucketSummary.of(
                List.of(
                        new CacheObject("run/m@00000001@0@00", 10, ""),
                        new CacheObject("run/m@00000001@0@01", 20, ""),
                        new CacheObject("run/m@00000000@0@00", 5, ""),
                        new CacheObject("run/tiny_0123456789ab_r0/00a/a1_g0/00aa1.bin", 7, ""),
                        new CacheObject("run/readme", 1, "")),
                "run/");

        assertThat(summary)
                .isEqualTo(new BucketSummary(
                        5,
                        43,
                        List.of(
                                new BucketSummary.Group("LMCache", "m", 0, 1, 5),
                                new BucketSummary.Group("LMCache", "m", 1, 2, 30),
                                new BucketSummary.Group("vLLM OBJ tiering", "tiny", 0, 1, 7)),
                        1));
        assertThat(summary.describe())
                .isEqualTo(
                        """
                5 objects, 43 B
                  LMCache, m, rank 0: 1 object, 5 B
                  LMCache, m, rank 1: 2 objects, 30 B
                  vLLM OBJ tiering, tiny, rank 0: 1 object, 7 B
                  of no known layout: 1""");
    }
}
