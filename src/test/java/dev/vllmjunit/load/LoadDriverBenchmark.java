package dev.vllmjunit.load;

import com.sun.management.ThreadMXBean;
import dev.vllmjunit.workload.Schedule;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast and how exact the driver is against {@link ReferenceServer}, which is pinned to the second core where
 * {@code taskset} is there; pin this process to the first: {@code taskset -c 0 java …LoadDriverBenchmark [exact] [fast] [many]}. Prints one
 * line per load: events per second and bytes allocated per event by the loop thread when flooded; otherwise the difference between
 * the TTFT that the driver reports and the server's own, and how long both threads waited for their cores, which neighbours take.
 */
final class LoadDriverBenchmark {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ReferenceProcess server;
    private final NettyLoadDriver driver;

    private LoadDriverBenchmark(ReferenceProcess server, NettyLoadDriver driver) {
        this.server = server;
        this.driver = driver;
    }

    public static void main(String[] arguments) {
        Set<String> wanted = arguments.length == 0 ? Set.of("exact", "fast", "many") : Set.of(arguments);
        try (ReferenceProcess server = ReferenceProcess.spinning(new Plan(0, 0, 1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadDriverBenchmark benchmark = new LoadDriverBenchmark(server, driver);
            if (wanted.contains("exact")) {
                benchmark.exact();
            }
            if (wanted.contains("fast")) {
                benchmark.fast();
            }
            if (wanted.contains("many")) {
                benchmark.many();
            }
        }
    }

    /** The first load's first request is the first that this JVM sends, but for what every driver does before its first run. */
    private void exact() {
        accuracy("1000 streams, JVM's first", 1_000, 1, new Plan(50_000, 20_000, 100), 0);
        for (int round = 0; round < 3; round++) {
            accuracy("64 streams, 5 ms gap", 64, 8, new Plan(50_000, 5_000, 100), 0);
            accuracy("1000 streams, 20 ms gap", 1_000, 1, new Plan(50_000, 20_000, 100), 0);
            accuracy("32 streams, 150 KB prompts", 32, 8, new Plan(50_000, 20_000, 20), 150_000);
        }
    }

    private void fast() {
        flood("8 streams flooded", 8, 250_000);
        flood("64 streams flooded", 64, 30_000);
        flood("1000 streams flooded", 1_000, 2_000);
        paced("1000 streams, 20 ms gap", 1_000, new Plan(50_000, 20_000, 100), new Plan(50_000, 20_000, 200));
    }

    private void many() {
        accuracy("10000 streams, 1 s gap", 10_000, 1, new Plan(50_000, 1_000_000, 10), 0);
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%-28s peak of the heap %,d MB of at most %,d MB%n",
                "",
                peak >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    /** Floods twice, the second time with twice the tokens: what the second allocates more is the tokens', not the requests'. */
    private void flood(String name, int streams, int tokens) {
        long once = allocatedBy(streams, new Plan(0, 0, tokens));
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

    /** The same for a load that is not a flood: one event per read. */
    private void paced(String name, int streams, Plan once, Plan twice) {
        long first = allocatedBy(streams, once);
        long second = allocatedBy(streams, twice);
        System.out.printf(
                Locale.ROOT,
                "%-28s %5.1f bytes/event without what a request costs once%n",
                name,
                (double) (second - first) / streams / (twice.tokens() - once.tokens()));
    }

    private long allocatedBy(int streams, Plan plan) {
        long before = allocated();
        run(streams, streams, plan, 0);
        return allocated() - before;
    }

    private void accuracy(String name, int streams, int rounds, Plan plan, int promptBytes) {
        CoreWait before = CoreWait.now(server.pid());
        LoadResult result = run(streams, streams * rounds, plan, promptBytes);
        CoreWait waited = CoreWait.now(server.pid()).since(before);
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
                "%-28s TTFT error [ms] mean %.3f p50 %.3f p99 %.3f max %.3f; event delay p50 %.3f p99 %.3f max %.3f; waited for a core [ms] %s; steal %.4f, loop lag max %.3f ms%n",
                name,
                Arrays.stream(ttft).average().orElseThrow(),
                quantile(ttft, 0.5),
                quantile(ttft, 0.99),
                quantile(ttft, 1),
                quantile(events, 0.5),
                quantile(events, 0.99),
                quantile(events, 1),
                waited,
                result.health().stealFraction(),
                result.health().loop().maxNanos() / 1e6);
    }

    private LoadResult run(int streams, int requests, Plan plan, int promptBytes) {
        Tally.ask(server.endpoint());
        Schedule schedule = plan.closedLoop(streams, requests, promptBytes);
        // The server is still closing the connections of the run before.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        LoadResult result = driver.run(schedule, server.endpoint(), Duration.ofMinutes(5), finished -> {});
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
