package dev.vllmjunit.load;

import com.sun.management.ThreadMXBean;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * How fast and how exact the driver is against {@link ReferenceServer}, which is pinned to the second core where
 * {@code taskset} is there; pin this process to the first: {@code taskset -c 0 java …LoadDriverBenchmark}. Prints one line per
 * load: events per second and bytes allocated per event by the loop thread when flooded; otherwise the difference between
 * the TTFT that the driver reports and the server's own.
 */
final class LoadDriverBenchmark {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final URI server;
    private final NettyLoadDriver driver;

    private LoadDriverBenchmark(URI server, NettyLoadDriver driver) {
        this.server = server;
        this.driver = driver;
    }

    public static void main(String[] arguments) {
        try (ReferenceProcess server = ReferenceProcess.spinning(new Plan(0, 0, 1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadDriverBenchmark benchmark = new LoadDriverBenchmark(server.endpoint(), driver);
            benchmark.warmUp();
            benchmark.all();
        }
    }

    /** The server's code has to be compiled, too. */
    private void warmUp() {
        flood("warm-up", 8, 100_000);
        accuracy("warm-up", 1_000, 3, new Plan(1_000, 20_000, 100), 0);
        accuracy("warm-up", 256, 8, new Plan(1_000, 5_000, 100), 0);
        accuracy("warm-up", 32, 16, new Plan(1_000, 1_000, 20), 150_000);
    }

    private void all() {
        flood("8 streams flooded", 8, 250_000);
        flood("64 streams flooded", 64, 30_000);
        flood("1000 streams flooded", 1_000, 2_000);
        accuracy("64 streams, 5 ms gap", 64, 4, new Plan(50_000, 5_000, 200), 0);
        accuracy("1000 streams, 20 ms gap", 1_000, 1, new Plan(50_000, 20_000, 250), 0);
        accuracy("32 streams, 150 KB prompts", 32, 4, new Plan(50_000, 20_000, 100), 150_000);
        accuracy("10000 streams, 1 s gap", 10_000, 1, new Plan(50_000, 1_000_000, 10), 0);
    }

    /** Floods twice, the second time with twice the tokens: what the second allocates more is the tokens', not the requests'. */
    private void flood(String name, int streams, int tokens) {
        long once = allocatedBy(streams, tokens);
        long before = allocated();
        LoadResult result = run(streams, streams, new Plan(0, 0, 2 * tokens), 0);
        long twice = allocated() - before;
        long events = 2L * streams * tokens;
        System.out.printf(
                Locale.ROOT,
                "%-28s %,9.0f events/s, %5.1f bytes/event, %5.1f without what a request costs once%n",
                name,
                events * 1e9 / (result.endNanos() - result.startNanos()),
                (double) twice / events,
                2.0 * (twice - once) / events);
    }

    private long allocatedBy(int streams, int tokens) {
        long before = allocated();
        run(streams, streams, new Plan(0, 0, tokens), 0);
        return allocated() - before;
    }

    private void accuracy(String name, int streams, int rounds, Plan plan, int promptBytes) {
        long before = allocated();
        LoadResult result = run(streams, streams * rounds, plan, promptBytes);
        long bytes = allocated() - before;
        double[] ttft = result.requests().stream()
                .mapToDouble(request -> Truth.of(request).ttftErrorMillis())
                .sorted()
                .toArray();
        double[] events = result.requests().stream()
                .flatMapToDouble(request -> Truth.of(request).delaysMillis())
                .sorted()
                .toArray();
        System.out.printf(
                Locale.ROOT,
                "%-28s TTFT error [ms] mean %.3f p50 %.3f p99 %.3f max %.3f; event delay p50 %.3f p99 %.3f max %.3f; %.1f bytes/event; %s%n",
                name,
                Arrays.stream(ttft).average().orElseThrow(),
                quantile(ttft, 0.5),
                quantile(ttft, 0.99),
                quantile(ttft, 1),
                quantile(events, 0.5),
                quantile(events, 0.99),
                quantile(events, 1),
                (double) bytes / events.length,
                result.health());
    }

    private LoadResult run(int streams, int requests, Plan plan, int promptBytes) {
        byte[] body = plan.body(promptBytes);
        List<PlannedRequest> planned = IntStream.range(0, requests)
                .mapToObj(index -> plan.request(index, Duration.ZERO, body))
                .toList();
        Schedule schedule = new Schedule("benchmark", "/v1/completions", new Arrivals.ClosedLoop(streams), planned);
        // The server is still closing the connections of the run before.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        LoadResult result = driver.run(schedule, server, Duration.ofMinutes(5), finished -> {});
        requireSuccess(result);
        return result;
    }

    private static double quantile(double[] sorted, double q) {
        return sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)];
    }

    private static void requireSuccess(LoadResult result) {
        result.requests().stream()
                .flatMap(request -> request.error().stream())
                .findFirst()
                .ifPresent(error -> {
                    throw new IllegalStateException(error);
                });
    }

    private static long allocated() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vllm-load"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }
}
