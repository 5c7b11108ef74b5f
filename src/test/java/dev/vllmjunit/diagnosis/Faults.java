package dev.vllmjunit.diagnosis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vllmjunit.diagnosis.PartLog.Line;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What faults and healthy runs of real nodes look like, from files. */
final class Faults {

    /** With an S3 cache of chunks of 256 tokens. */
    static final Topology TOPOLOGY = Results.cold().build().conditions().topology();

    private Faults() {}

    /** Where the lines of a fault are from, best first. */
    enum Origin {
        REAL("real stack"),
        EMBEDDED("embedded stack"),
        NOTED("real stack, as noted"),
        CONSTRUCTED("constructed log");

        private final String label;

        Origin(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /**
     * A fault.
     *
     * @param causes what is to be found, surest first
     */
    record Fault(List<String> causes, Origin origin, List<String> lines) {

        Symptoms symptoms() {
            Symptoms symptoms = Symptoms.none().of(TOPOLOGY);
            long number = 0;
            for (String line : lines) {
                symptoms = add(symptoms, line, ++number);
            }
            return symptoms;
        }

        @Override
        public String toString() {
            return String.join(", ", causes);
        }
    }

    static List<Fault> all() {
        return Arrays.stream(text("faults.txt").split("\n## "))
                .skip(1)
                .map(section -> {
                    List<String> lines = section.lines().toList();
                    String[] causesAndOrigin = lines.get(0).split(" @ ");
                    return new Fault(
                            List.of(causesAndOrigin[0].split(" ")),
                            Origin.valueOf(causesAndOrigin[1].toUpperCase(Locale.ROOT)),
                            lines.stream()
                                    .skip(1)
                                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                                    .toList());
                })
                .toList();
    }

    private static Symptoms add(Symptoms symptoms, String line, long number) {
        if (line.startsWith("+") || line.startsWith("=")) {
            String part = line.substring(1, line.indexOf(' '));
            MetricsSnapshot sample = PrometheusText.parse(line.substring(line.indexOf(' ') + 1));
            return line.startsWith("+")
                    ? symptoms.withDelta(part, sample)
                    : symptoms.withLatest(part, both(symptoms, part, sample));
        }
        int end = line.indexOf("> ");
        String name = line.substring(0, end);
        String text = line.substring(end + 2);
        return switch (name) {
            case "said" -> symptoms.withSaid(text);
            case "hop" ->
                symptoms.withHops(
                        List.of(new HopBreakdown(Map.of(Hop.DECODE, Math.round(Double.parseDouble(text) * 1e9)))));
            default -> logged(symptoms, name, new Line(number, text));
        };
    }

    /** One log for all lines of a part. */
    private static Symptoms logged(Symptoms symptoms, String name, Line line) {
        List<Line> lines = new ArrayList<>();
        List<PartLog> others = new ArrayList<>();
        symptoms.logs().forEach(log -> {
            if (log.name().equals(name)) {
                lines.addAll(log.lines());
            } else {
                others.add(log);
            }
        });
        lines.add(line);
        others.add(new PartLog(name, Part.named(name).orElseThrow(), lines));
        return new Symptoms(
                others, symptoms.deltas(), symptoms.latest(), symptoms.said(), symptoms.hops(), symptoms.topology());
    }

    private static MetricsSnapshot both(Symptoms symptoms, String part, MetricsSnapshot sample) {
        return symptoms.latest().containsKey(part) ? symptoms.latest().get(part).plus(sample) : sample;
    }

    /** The logs of a run on real nodes from an empty cache, from S3 after a restart, and its repeats, all of them green. */
    static Symptoms healthyLogs() {
        Symptoms symptoms = Symptoms.none().of(TOPOLOGY);
        for (String name : List.of("prefill-0", "decode-0", "lmcache-server", "ceph-client.rgw")) {
            List<Line> lines = new ArrayList<>();
            text(name + ".log").lines().forEach(line -> lines.add(new Line(lines.size() + 1, line)));
            symptoms = symptoms.with(new PartLog(name, Part.named(name).orElseThrow(), lines));
        }
        return symptoms;
    }

    /** The counters of one of its runs. */
    static Symptoms healthyRun(Symptoms begin, String metrics) {
        Symptoms symptoms = begin;
        for (String line : text(metrics).lines().skip(1).toList()) {
            int series = line.indexOf(',') + 1;
            int value = line.lastIndexOf(',');
            String sample =
                    line.substring(series, value).replaceAll("^\"|\"$", "").replace("\"\"", "\"") + " "
                            + line.substring(value + 1);
            symptoms = symptoms.withDelta(line.substring(0, series - 1), PrometheusText.parse(sample));
        }
        return symptoms;
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(Faults.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
