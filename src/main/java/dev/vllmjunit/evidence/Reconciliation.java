package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds the sources of a run against each other. Each check is exact, or names the granularity within which the two sources
 * may differ; what does not close becomes a {@link Problem}.
 */
public final class Reconciliation {

    private final long kvBytesPerToken;
    private final int decodeBlockSize;
    private final List<Problem> problems = new ArrayList<>();

    private Reconciliation(long kvBytesPerToken, int decodeBlockSize) {
        this.kvBytesPerToken = kvBytesPerToken;
        this.decodeBlockSize = decodeBlockSize;
    }

    /**
     * Why the sources cannot all be right; empty when they agree.
     *
     * @param kvBytesPerToken full-size KV bytes of a token
     * @param decodeBlockSize tokens in a block: whole blocks travel
     */
    public static List<Problem> check(
            long kvBytesPerToken,
            int decodeBlockSize,
            List<RequestRecord> requests,
            Map<String, HopTimeline> hops,
            TokenAccount tokens,
            TransferTotals transfers) {
        Reconciliation check = new Reconciliation(kvBytesPerToken, decodeBlockSize);
        check.failures(requests, transfers);
        if (check.problems.isEmpty()) {
            check.promptTokens(requests, tokens);
            check.generatedTokens(requests, tokens);
            check.cachedTokens(hops, tokens);
            check.transferredBytes(requests.size(), tokens, transfers);
        }
        return List.copyOf(check.problems);
    }

    /**
     * Why the object store and the writer of the cache cannot both be right about a run; empty when they agree. Bytes have to be the same,
     * exactly: each answered GET delivers a chunk that the writer then counts as loaded, each answered PUT holds one that it counts as
     * stored. HEADs and lists are on neither side. A request that the store answered and whose answer was lost is on one side only.
     *
     * @param store as the store counts
     * @param claimed as the writer does
     */
    public static List<Problem> objects(ObjectTraffic store, ObjectTraffic claimed) {
        Reconciliation check = new Reconciliation(0, 0);
        check.agree(
                "bytes read from the object store, by its own count of " + store.reads() + " GETs",
                store.readBytes(),
                "bytes of the " + claimed.reads() + " chunks that the cache's writer claims to have loaded",
                claimed.readBytes(),
                0);
        check.agree(
                "bytes written to the object store, by its own count of " + store.writes() + " PUTs",
                store.writtenBytes(),
                "bytes of the " + claimed.writes() + " chunks that the cache's writer claims to have stored",
                claimed.writtenBytes(),
                0);
        return List.copyOf(check.problems);
    }

    private void failures(List<RequestRecord> requests, TransferTotals transfers) {
        List<RequestRecord> failed =
                requests.stream().filter(request -> !request.succeeded()).toList();
        if (!failed.isEmpty()) {
            RequestRecord first = failed.get(0);
            problems.add(new Problem(
                    InvalidReason.REQUESTS_FAILED,
                    failed.size() + " of " + requests.size() + " requests failed; the first, " + first.requestId()
                            + ": " + first.error().orElse("")));
        }
        if (transfers.failures() > 0 || transfers.expired() > 0) {
            problems.add(new Problem(
                    InvalidReason.REQUESTS_FAILED,
                    transfers.failures() + " KV transfers failed and " + transfers.expired()
                            + " leases expired or were notified late: outputs of this run may be wrong"));
        }
    }

    private void promptTokens(List<RequestRecord> requests, TokenAccount tokens) {
        long sources = tokens.computed() + tokens.device() + tokens.host() + tokens.s3();
        agree(
                "prompt tokens of the prefill nodes",
                tokens.prompt(),
                "computed + device + host + S3 tokens",
                sources,
                0);
        if (requests.stream().allMatch(request -> request.promptTokens() >= 0)) {
            long usage =
                    requests.stream().mapToLong(RequestRecord::promptTokens).sum();
            agree(
                    "prompt tokens of the prefill nodes",
                    tokens.prompt(),
                    "prompt tokens in the answers' usage",
                    usage,
                    0);
        }
    }

    private void generatedTokens(List<RequestRecord> requests, TokenAccount tokens) {
        long usage = requests.stream().mapToLong(RequestRecord::outputTokens).sum();
        agree(
                "tokens generated by the decode nodes",
                tokens.generated(),
                "output tokens in the answers' usage",
                usage,
                0);
    }

    private void cachedTokens(Map<String, HopTimeline> hops, TokenAccount tokens) {
        if (!hops.isEmpty() && hops.values().stream().allMatch(hop -> hop.prefillCachedTokens() >= 0)) {
            long perRequest = hops.values().stream()
                    .mapToLong(HopTimeline::prefillCachedTokens)
                    .sum();
            long counted = tokens.device() + tokens.host() + tokens.s3();
            agree("device + host + S3 tokens", counted, "cached tokens in prefill's answers", perRequest, 0);
        }
    }

    private void transferredBytes(int requests, TokenAccount tokens, TransferTotals transfers) {
        long least = tokens.pulled() * kvBytesPerToken;
        long granularity = (long) requests * decodeBlockSize * kvBytesPerToken;
        agree("bytes pulled", transfers.bytes(), "tokens pulled x KV bytes per token", least, granularity);
    }

    private void agree(String left, long leftValue, String right, long rightValue, long granularity) {
        if (Math.abs(leftValue - rightValue) > granularity) {
            String within = granularity == 0 ? "exactly" : "within " + granularity + " (whole blocks)";
            problems.add(new Problem(
                    InvalidReason.SOURCES_DISAGREE,
                    left + " = " + leftValue + ", but " + right + " = " + rightValue + "; they have to agree "
                            + within));
        }
    }
}
