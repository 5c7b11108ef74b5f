package dev.vllmjunit.engine.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A request on its way through the engine. Only the engine's thread touches it, its lock held. */
final class Sequence {

    /** Where a sequence stands. */
    enum Phase {
        /** Waits for blocks and budget; what the caches hold has not been looked up, or not for good. */
        WAITING,
        /** Holds its blocks while KV from elsewhere is on its way into them. */
        LOADING,
        /** Holds its blocks; what was loaded is there. */
        LOADED,
        RUNNING,
        OVER
    }

    private static final int FIRST_OUTPUTS = 64;

    private final GenerationRequest request;
    private final GenerationListener listener;
    private final RequestTimes times;
    private final PromptSources sources = new PromptSources();
    private final BlockHashes hashes;
    private final KvStream kv;
    private final int blockSize;

    private int[] tokens;
    private int count;
    private int computed;
    private int[] blocks = new int[0];
    private int blockCount;
    private int cachedBlocks;
    private Phase phase = Phase.WAITING;
    private boolean pullPending;
    private int preemptions;
    private @Nullable OutputSampler sampler;
    private @Nullable TierView tierView;

    Sequence(GenerationRequest request, GenerationListener listener, EngineConfig config, BlockPool pool) {
        this.request = request;
        this.listener = listener;
        this.times = new RequestTimes(System.nanoTime());
        this.blockSize = config.blockSize();
        this.count = request.promptTokens().length;
        this.tokens = Arrays.copyOf(request.promptTokens(), count + Math.min(request.maxTokens(), FIRST_OUTPUTS));
        this.hashes = new BlockHashes(request.cacheSalt(), blockSize, count);
        this.kv = new KvStream(pool, blockSize, config.heldBytesPerToken());
        this.pullPending = request.remoteKv().isPresent();
        hashes.extend(tokens, count);
    }

    String id() {
        return request.requestId();
    }

    GenerationRequest request() {
        return request;
    }

    GenerationListener listener() {
        return listener;
    }

    RequestTimes times() {
        return times;
    }

    PromptSources sources() {
        return sources;
    }

    /** Prompt tokens that were not computed for this request. Of a pulled prompt only the prefill node knows, and its word is passed on. */
    int reusedTokens() {
        return request.remoteKv().map(RemoteKv::cachedTokens).orElseGet(sources::cached);
    }

    BlockHashes hashes() {
        return hashes;
    }

    KvStream kv() {
        return kv;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        phase = next;
    }

    int promptLength() {
        return request.promptTokens().length;
    }

    /** Prompt and output tokens so far. */
    int count() {
        return count;
    }

    int outputs() {
        return count - promptLength();
    }

    int token(int index) {
        return tokens[index];
    }

    /** Tokens whose KV is in this sequence's blocks. */
    int computed() {
        return computed;
    }

    void computed(int tokensInBlocks) {
        computed = tokensInBlocks;
    }

    void append(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, count * 2);
        }
        tokens[count++] = token;
        hashes.extend(tokens, count);
    }

    int blockOf(int token) {
        return blocks[token / blockSize];
    }

    int block(int index) {
        return blocks[index];
    }

    int blockCount() {
        return blockCount;
    }

    void addBlock(int block) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(8, blockCount * 2));
        }
        blocks[blockCount++] = block;
    }

    /** The first {@code size} blocks, as an array of their own. */
    int[] blocks(int size) {
        return Arrays.copyOf(blocks, size);
    }

    /** Leading blocks that the prefix cache knows. */
    int cachedBlocks() {
        return cachedBlocks;
    }

    void cachedBlocks(int leading) {
        cachedBlocks = leading;
    }

    /** Forgets the blocks, which the caller has released, and all that was computed into them. */
    void dropBlocks() {
        blockCount = 0;
        cachedBlocks = 0;
        computed = 0;
        kv.restart();
    }

    /** Whether the prompt's KV is still to be pulled from a prefill node. */
    boolean pullPending() {
        return pullPending;
    }

    void pulled() {
        pullPending = false;
    }

    int preemptions() {
        return preemptions;
    }

    void preempted() {
        preemptions++;
        tierView = null;
    }

    @Nullable
    TierView tierView() {
        return tierView;
    }

    void tierView(TierView view) {
        tierView = view;
    }

    @Nullable
    OutputSampler sampler() {
        return sampler;
    }

    void sampler(OutputSampler drawing) {
        sampler = drawing;
    }
}
