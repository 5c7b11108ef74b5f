package dev.vllmjunit.engine.tier;

import static dev.vllmjunit.engine.tier.TierFixture.HELD_BYTES;
import static dev.vllmjunit.engine.tier.TierFixture.NO_SALT;
import static dev.vllmjunit.engine.tier.TierFixture.config;
import static dev.vllmjunit.engine.tier.TierFixture.kv;
import static dev.vllmjunit.engine.tier.TierFixture.load;
import static dev.vllmjunit.engine.tier.TierFixture.lookup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CacheServerDamageTest extends CacheServerTestBase {

    @Test
    void aDeletedObjectShortensThePrefixUntilItIsStoredAgain() {
        storeAndSettle(PROMPT, 10);
        try (CacheServer other = CacheServer.start(config(access))) {
            bucket.delete(keyOf(PROMPT, 3));

            assertThat(lookup(other, PROMPT, NO_SALT)).isEqualTo(3);
            assertThat(lookup(other, PROMPT, NO_SALT)).isEqualTo(3);

            other.store(PROMPT, NO_SALT, 3, kv(PROMPT, 3));
            bucket.awaitSettled(10, Duration.ofMillis(100), Duration.ofSeconds(10));
            assertThat(lookup(other, PROMPT, NO_SALT)).isEqualTo(10);
        }
    }

    @Test
    void aTruncatedObjectShortensThePrefixUntilItIsStoredAgain() {
        assertDamageIsFound(new byte[HELD_BYTES / 2], "size_mismatch");
    }

    @Test
    void anObjectThatIsTooLongShortensThePrefixUntilItIsStoredAgain() {
        assertDamageIsFound(new byte[HELD_BYTES * 1000], "size_mismatch");
    }

    @Test
    void anEmptyObjectShortensThePrefixUntilItIsStoredAgain() {
        assertDamageIsFound(new byte[0], "store_error");
    }

    private void assertDamageIsFound(byte[] damaged, String reason) {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();
        bucket.write(keyOf(PROMPT, 3), damaged);

        assertThat(load(server, PROMPT, NO_SALT, 0)).hasSize(3);
        assertThat(failures(server, reason)).isEqualTo(1);
        assertThat(lookup(server, PROMPT, NO_SALT)).isEqualTo(3);

        server.store(PROMPT, NO_SALT, 3, kv(PROMPT, 3));
        Awaitility.await().until(() -> bucket.read(keyOf(PROMPT, 3)).length == HELD_BYTES);
        server.dropHostTier();
        assertThat(load(server, PROMPT, NO_SALT, 0))
                .extracting(LoadedChunk::kv)
                .containsExactly(expected(PROMPT, 0, 10));
    }

    @Test
    void likeLmCacheItDoesNotNoticeOtherBytesOfTheSameSize() {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();
        byte[] altered = new byte[HELD_BYTES];
        bucket.write(keyOf(PROMPT, 3), altered);

        assertThat(load(server, PROMPT, NO_SALT, 3).subList(0, 1))
                .extracting(LoadedChunk::kv)
                .containsExactly(altered);
    }
}
