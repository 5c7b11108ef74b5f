package dev.vllmjunit.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The driver beside other clients on the same loads: {@link ReferenceServer} on the second core, each client on the first. Run it as
 * {@code taskset -c 0 java -Dclient.tokenizer=DIR …ClientComparisonBenchmark [client…]}. Prints what each client says the TTFT was
 * and what the server says, and how many events per second the client read when it was flooded.
 */
final class ClientComparisonBenchmark {

    private static final String OURS = "vllm-junit";

    private final NettyLoadDriver driver = new NettyLoadDriver();
    private final List<String> wanted;
    private double ourRate;
    private double ourError;

    private ClientComparisonBenchmark(List<String> wanted) {
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        ClientComparisonBenchmark benchmark = new ClientComparisonBenchmark(List.of(arguments));
        benchmark.compare("flooded, 8 streams", 8, 8, new Plan(0, 0, 50_000));
        benchmark.compare("64 streams, 5 ms gap", 64, 256, new Plan(50_000, 5_000, 200));
        benchmark.compare("1000 streams, 20 ms gap", 1_000, 1_000, new Plan(50_000, 20_000, 100));
        benchmark.driver.close();
    }

    private void compare(String name, int streams, int requests, Plan plan) throws Exception {
        System.out.println(name);
        try (ReferenceProcess server = ReferenceProcess.spinning(plan)) {
            OtherClient.Load load = new OtherClient.Load(
                    server.endpoint(),
                    System.getProperty("client.tokenizer", "gpt2"),
                    streams,
                    requests,
                    plan.tokens());
            for (int warmUp = 0; warmUp < 2; warmUp++) {
                ours(load, plan);
            }
            Tally.ask(load.server());
            print(OURS, ours(load, plan), Tally.ask(load.server()), plan);
            for (OtherClient client : OtherClient.values()) {
                other(client, load, plan);
            }
        }
    }

    private void other(OtherClient client, OtherClient.Load load, Plan plan) throws Exception {
        if (!wanted.isEmpty() && !wanted.contains(client.name())) {
            return;
        }
        Optional<Path> executable = client.executable();
        if (executable.isEmpty()) {
            System.out.printf("  %-18s absent%n", client);
            return;
        }
        double[] reported = client.run(executable.get(), load);
        String[] tally = Tally.ask(load.server());
        if (Integer.parseInt(tally[0]) < load.requests() || Double.isNaN(reported[0])) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s failed: sent %s of %d requests, reported a TTFT of %.2f ms%n",
                    client,
                    tally[0],
                    load.requests(),
                    reported[0]);
        } else {
            print(client.name(), reported, tally, plan);
        }
    }

    private double[] ours(OtherClient.Load load, Plan plan) {
        LoadResult result = driver.run(
                plan.closedLoop(load.streams(), load.requests(), 40),
                load.server(),
                Duration.ofMinutes(1),
                finished -> {});
        double[] millis = result.requests().stream()
                .mapToDouble(request -> request.timeToFirstTokenNanos() / 1e6)
                .sorted()
                .toArray();
        return new double[] {
            Arrays.stream(millis).average().orElseThrow(),
            millis[millis.length / 2],
            millis[(int) Math.ceil(0.99 * millis.length) - 1]
        };
    }

    private void print(String client, double[] ttft, String[] tally, Plan plan) {
        double rate = Double.parseDouble(tally[2]);
        double truth = Double.parseDouble(tally[3]);
        double error = ttft[0] - truth;
        if (client.equals(OURS)) {
            ourRate = rate;
            ourError = error;
        }
        if (plan.gapMicros() == 0) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s %,9.0f events/s, ours takes %.1f times as many%n",
                    client,
                    rate,
                    ourRate / rate);
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s TTFT [ms] mean %.2f p50 %.2f p99 %.2f, server's mean %.2f of %s requests: off by %.2f, %.0f times ours%n",
                    client,
                    ttft[0],
                    ttft[1],
                    ttft[2],
                    truth,
                    tally[0],
                    error,
                    error / ourError);
        }
    }
}
