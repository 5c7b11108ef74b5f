package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How fast and how exact the driver is against {@link ReferenceServer} in a process of its own, pinned to the second core where
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

    public static void main(String[] arguments) throws Exception {
        Process process = startServer();
        try (BufferedReader output = process.inputReader();
                NettyLoadDriver driver = new NettyLoadDriver()) {
            URI endpoint = URI.create("http://127.0.0.1:" + output.readLine());
            new LoadDriverBenchmark(endpoint, driver).all();
        } finally {
            process.destroy();
        }
    }

    private void all() {
        flood("warm-up", 8, 200_000);
        flood("8 streams flooded", 8, 500_000);
        flood("64 streams flooded", 64, 60_000);
        accuracy("warm-up", 64, 2, 50, 5_000, 0);
        accuracy("64 streams, 5 ms gap", 64, 4, 200, 5_000, 0);
        accuracy("1000 streams, 20 ms gap", 1_000, 1, 250, 20_000, 0);
        accuracy("32 streams, 150 KB prompts", 32, 4, 100, 20_000, 150_000);
        accuracy("10000 streams, 1 s gap", 10_000, 1, 20, 1_000_000, 0);
    }

    private void flood(String name, int streams, int tokens) {
        Schedule schedule = schedule(streams, streams, 0, 0, tokens, 0);
        long before = allocated();
        LoadResult result = driver.run(schedule, server, Duration.ofMinutes(5), finished -> {});
        long events = (long) streams * tokens;
        requireSuccess(result);
        System.out.printf(
                Locale.ROOT,
                "%-28s %,9.0f events/s, %5.1f bytes/event%n",
                name,
                events * 1e9 / (result.endNanos() - result.startNanos()),
                (double) (allocated() - before) / events);
    }

    private void accuracy(String name, int streams, int rounds, int tokens, int gapMicros, int promptBytes) {
        Schedule schedule = schedule(streams, streams * rounds, 50_000, gapMicros, tokens, promptBytes);
        long before = allocated();
        LoadResult result = driver.run(schedule, server, Duration.ofMinutes(5), finished -> {});
        long bytes = allocated() - before;
        requireSuccess(result);
        double[] ttft = result.requests().stream()
                .mapToDouble(LoadDriverBenchmark::error)
                .sorted()
                .toArray();
        double[] events = result.requests().stream()
                .flatMapToDouble(LoadDriverBenchmark::delays)
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

    /** Reported TTFT less the server's, in milliseconds. */
    private static double error(RequestRecord request) {
        String[] truth = request.text().split(" ", -1)[0].split(":", 2);
        long real = Long.parseLong(truth[1]) - Long.parseLong(truth[0]);
        return (request.timeToFirstTokenNanos() - real) / 1e6;
    }

    /** From each event's write to its timestamp, in milliseconds. */
    private static java.util.stream.DoubleStream delays(RequestRecord request) {
        String[] events = request.text().split(" ", -1);
        return IntStream.range(0, request.tokenNanos().length)
                .mapToDouble(
                        i -> (request.tokenNanos()[i] - Long.parseLong(events[i].split(":", 2)[1])) / 1e6);
    }

    private static double quantile(double[] sorted, double q) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(q * sorted.length))];
    }

    private static void requireSuccess(LoadResult result) {
        result.requests().stream()
                .flatMap(request -> request.error().stream())
                .findFirst()
                .ifPresent(error -> {
                    throw new IllegalStateException(error);
                });
    }

    private static Schedule schedule(
            int concurrency, int requests, int ttftMicros, int gapMicros, int tokens, int promptBytes) {
        byte[] body = ("{\"ttftMicros\":" + ttftMicros + ",\"gapMicros\":" + gapMicros + ",\"max_tokens\":" + tokens
                        + ",\"prompt\":\"" + "x".repeat(promptBytes) + "\"}")
                .getBytes(UTF_8);
        List<PlannedRequest> planned = IntStream.range(0, requests)
                .mapToObj(index -> new PlannedRequest(index, 0, index, false, Duration.ZERO, 1, tokens, body))
                .toList();
        return new Schedule("benchmark", "/v1/completions", new Arrivals.ClosedLoop(concurrency), planned);
    }

    private static long allocated() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vllm-load"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }

    private static Process startServer() throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/taskset"))) {
            command.addAll(List.of("taskset", "-c", "1"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                ReferenceServer.class.getName()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
