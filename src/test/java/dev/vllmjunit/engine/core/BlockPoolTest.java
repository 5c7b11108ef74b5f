package dev.vllmjunit.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlockPoolTest {

    private final BlockPool pool = new BlockPool(5, 64);

    @Test
    void handsOutAllButTheFirstBlockInOrderAndThenSaysThereAreNone() {
        assertThat(allocate(4)).containsExactly(1, 2, 3, 4);
        assertThat(pool.freeBlocks()).isZero();
        assertThatIllegalStateException()
                .isThrownBy(pool::allocate)
                .withMessage("no free block; check how many are free before taking one");
    }

    @Test
    void aFreeBlockKeepsItsKeyUntilItIsHandedOutAgain() {
        BlockHashes keys = keys(1);
        int[] blocks = cached(keys, 2);

        pool.release(blocks, 2);
        assertThat(pool.hits(keys, 2)).isEqualTo(2);

        allocate(3);
        assertThat(pool.hits(keys, 2)).isEqualTo(1);
        allocate(1);
        assertThat(pool.hits(keys, 2)).isZero();
    }

    @Test
    void theBlockLastUsedLongestAgoGoesFirst() {
        BlockHashes old = keys(1);
        BlockHashes recent = keys(2);
        pool.release(cached(old, 2), 2);
        pool.release(cached(recent, 2), 2);
        int[] touched = {pool.take(old.get(0)), pool.take(old.get(1))};
        pool.release(touched, 2);

        allocate(2);

        assertThat(pool.hits(old, 2)).isEqualTo(2);
        assertThat(pool.hits(recent, 2)).isZero();
    }

    @Test
    void blocksWithoutAKeyGoBeforeAllOthers() {
        BlockHashes keys = keys(1);
        int[] withKey = cached(keys, 2);
        int[] without = allocate(2);
        pool.release(withKey, 2);
        pool.release(without, 2);

        assertThat(allocate(2)).containsExactlyInAnyOrder(without[0], without[1]);
        assertThat(pool.hits(keys, 2)).isEqualTo(2);
    }

    @Test
    void sharedBlocksStayHeldUntilTheLastHolderReleasesThem() {
        BlockHashes keys = keys(1);
        int[] blocks = cached(keys, 1);
        pool.take(keys.get(0));

        pool.release(blocks, 1);
        assertThat(pool.heldBlocks()).isEqualTo(1);
        pool.release(blocks, 1);
        assertThat(pool.heldBlocks()).isZero();
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.release(blocks, 1))
                .withMessage("block 1 is released more often than it was taken");
    }

    @Test
    void resetForgetsKeysOnlyWhenNothingIsHeld() {
        BlockHashes keys = keys(1);
        int[] blocks = cached(keys, 2);
        assertThat(pool.reset()).isFalse();

        pool.release(blocks, 2);

        assertThat(pool.reset()).isTrue();
        assertThat(pool.hits(keys, 2)).isZero();
    }

    @Test
    void keysChainAllTokensAndTheSalt() {
        BlockHashes plain = hashes(Optional.empty(), Nodes.prompt(1, 32));
        BlockHashes salted = hashes(Optional.of("tenant"), Nodes.prompt(1, 32));
        int[] changed = Nodes.prompt(1, 32);
        changed[0]++;
        BlockHashes otherStart = hashes(Optional.empty(), changed);

        assertThat(hashes(Optional.empty(), Nodes.prompt(1, 32)).get(1)).isEqualTo(plain.get(1));
        assertThat(salted.get(1)).isNotEqualTo(plain.get(1));
        assertThat(otherStart.get(1)).isNotEqualTo(plain.get(1));
    }

    private int[] cached(BlockHashes keys, int count) {
        int[] blocks = allocate(count);
        for (int i = 0; i < count; i++) {
            pool.cache(blocks[i], keys.get(i));
        }
        return blocks;
    }

    private int[] allocate(int count) {
        int[] blocks = new int[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = pool.allocate();
        }
        return blocks;
    }

    private static BlockHashes keys(int seed) {
        return hashes(Optional.empty(), Nodes.prompt(seed, 64));
    }

    private static BlockHashes hashes(Optional<String> salt, int[] tokens) {
        BlockHashes hashes = new BlockHashes(salt, 16, 16);
        hashes.extend(tokens, tokens.length);
        return hashes;
    }
}
