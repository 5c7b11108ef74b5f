package dev.vllmjunit.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another load generator, where it is installed: {@code -Dclient.NAME=/path}, or on the {@code PATH}. */
enum OtherClient {
    VLLM_BENCH("vllm-bench") {
        @Override
        List<String> arguments(Load load, Path results) throws IOException {
            return vllm(load, results);
        }
    },
    VLLM_BENCH_SERVE("vllm") {
        @Override
        List<String> arguments(Load load, Path results) throws IOException {
            return Stream.concat(Stream.of("bench", "serve"), vllm(load, results).stream())
                    .toList();
        }
    },
    AIPERF("aiperf") {
        @Override
        List<String> arguments(Load load, Path results) throws IOException {
            HubCache.in(results, Path.of(load.tokenizer));
            return words("profile --model model --endpoint-type completions --streaming --ui none --isl 8 --url "
                    + load.server + " --tokenizer " + HubCache.NAME + " --osl " + load.tokens + " --concurrency "
                    + load.streams + " --request-count " + load.requests + " --artifact-dir " + results);
        }

        @Override
        double[] ttft(String output, Path results) throws IOException {
            JsonNode ttft = json(results.resolve("profile_export_aiperf.json")).path("time_to_first_token");
            return new double[] {number(ttft.path("avg")), number(ttft.path("p50")), number(ttft.path("p99"))};
        }
    },
    GUIDELLM("guidellm") {
        @Override
        List<String> arguments(Load load, Path results) throws IOException {
            return words("run --disable-console-interactive --backend kind=openai_http,target=" + load.server
                    + ",model=model,request_format=/v1/completions --profile kind=concurrent,streams=" + load.streams
                    + " --constraint kind=max_requests,count=" + load.requests
                    + " --tokenizer kind=huggingface_auto,model=" + load.tokenizer
                    + " --data kind=synthetic_text,prompt_tokens=8,output_tokens=" + load.tokens
                    + " --output kind=json,path=" + results.resolve("benchmarks.json"));
        }

        @Override
        double[] ttft(String output, Path results) throws IOException {
            JsonNode ttft = json(results.resolve("benchmarks.json"))
                    .at("/benchmarks/0/metrics/time_to_first_token_ms/successful");
            return new double[] {
                number(ttft.path("mean")), number(ttft.path("median")), number(ttft.at("/percentiles/p99"))
            };
        }
    };

    /**
     * What all clients are asked for.
     *
     * @param tokenizer directory of a tokenizer, which they want to see
     */
    record Load(URI server, String tokenizer, int streams, int requests, int tokens) {}

    private static final long LONGEST_SECONDS = 240;

    private final String command;

    OtherClient(String command) {
        this.command = command;
    }

    abstract List<String> arguments(Load load, Path results) throws IOException;

    /** Mean, median and 99th percentile of the TTFT that it reports, in milliseconds. */
    double[] ttft(String output, Path results) throws IOException {
        return new double[] {printed(output, "Mean"), printed(output, "Median"), printed(output, "P99")};
    }

    Optional<Path> executable() {
        String given = System.getProperty("client." + command, "");
        Stream<Path> places = given.isEmpty()
                ? Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(folder -> Path.of(folder, command))
                : Stream.of(Path.of(given));
        return places.filter(Files::isExecutable).findFirst();
    }

    /** Runs it on the first core and returns the TTFT that it reports, not numbers where it failed; what it printed stays in a folder. */
    double[] run(Path executable, Load load) throws IOException, InterruptedException {
        Path results = Files.createTempDirectory("client-" + command);
        Path output = results.resolve("output.txt");
        List<String> line = new ArrayList<>(ReferenceProcess.pinnedTo(0));
        line.add(executable.toString());
        line.addAll(arguments(load, results));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .directory(results.toFile());
        builder.environment().putAll(HubCache.environment(results));
        Process process = builder.start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return ttft(Files.readString(output), results);
    }

    /** Prompts from a file: it would ask the server to tokenize random ones. */
    private static List<String> vllm(Load load, Path results) throws IOException {
        Path prompts = Files.writeString(
                results.resolve("prompts.jsonl"), "{\"prompt\": \"a b c d e f g h\"}\n".repeat(load.requests));
        return words("--backend openai --endpoint /v1/completions --model model --dataset-name custom --dataset-path "
                + prompts + " --skip-chat-template --ignore-eos --disable-tqdm --base-url " + load.server
                + " --tokenizer " + load.tokenizer + " --custom-output-len " + load.tokens + " --num-prompts "
                + load.requests + " --max-concurrency " + load.streams);
    }

    private static List<String> words(String line) {
        return List.of(line.split(" "));
    }

    private static double printed(String output, String statistic) {
        Matcher line =
                Pattern.compile(statistic + " TTFT \\(ms\\):\\s+([0-9.,]+)").matcher(output);
        return line.find() ? Double.parseDouble(line.group(1).replace(",", "")) : Double.NaN;
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(Files.exists(file) ? Files.readString(file) : "{}");
    }

    private static double number(JsonNode node) {
        return node.asDouble(Double.NaN);
    }
}
