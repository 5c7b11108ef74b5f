package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.load.RequestRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a run got over what was done to its stack on purpose. It has recovered with the first answer after which, in the order of ends,
 * no request failed any more; {@value #ENOUGH} answers or more have to show that it lasts. Counted from the moment when the last
 * mending was begun: a link healed, a node resumed, the start of one that was killed.
 *
 * @param mendedNanos when the last mending was begun
 * @param recoveredNanos end of the first of the answers after the last failure; empty where too few came, or none
 * @param seenNanos end of the last request, answered or not: how long it was looked at
 * @param answers so many came after the last failure
 */
public record Recovery(long mendedNanos, Optional<Long> recoveredNanos, long seenNanos, int answers) {

    /** So many answers without a failure among them are taken for a recovery that lasts. */
    public static final int ENOUGH = 5;

    /** Of one run; empty where nothing was mended last while requests were under way. */
    public static Optional<Recovery> of(BenchmarkResult run) {
        List<Injection> injections = run.injections();
        if (injections.isEmpty() || injections.get(injections.size() - 1).effect() != Effect.MEND) {
            return Optional.empty();
        }
        return Optional.of(since(injections.get(injections.size() - 1).atNanos(), run.requests()));
    }

    private static Recovery since(long mended, List<RequestRecord> requests) {
        List<RequestRecord> after = requests.stream()
                .filter(request -> request.endNanos() - mended > 0)
                .sorted(Comparator.comparingLong(RequestRecord::endNanos))
                .toList();
        int failures = after.size();
        while (failures > 0 && after.get(failures - 1).succeeded()) {
            failures--;
        }
        int answers = after.size() - failures;
        long seen = after.isEmpty() ? mended : after.get(after.size() - 1).endNanos();
        Optional<Long> recovered = answers < ENOUGH
                ? Optional.empty()
                : Optional.of(after.get(failures).endNanos());
        return new Recovery(mended, recovered, seen, answers);
    }
}
