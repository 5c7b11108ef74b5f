package dev.vllmjunit.diagnosis;

import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.topology.Figures;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The kinds of clue that rules are made of. */
final class Clues {

    /** Of tables. */
    private static final String PADDING = " {2,}";

    private Clues() {}

    /** Lines in the logs of such a part that match somewhere. */
    static Clue line(Part part, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return symptoms ->
                logs(symptoms, part).flatMap(log -> log.matching(pattern)).toList();
    }

    /** Lines of any vLLM node. */
    static Clue nodeLine(String regex) {
        return line(Part.PREFILL, regex).or(line(Part.DECODE, regex));
    }

    /** A message that matches somewhere: of a failed start, request or expectation, or of an INVALID run. Some repeat others: the shortest. */
    static Clue said(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return symptoms -> symptoms.said().stream()
                .filter(message -> pattern.matcher(message).find())
                .map(message -> excerpt(pattern, message))
                .min(Comparator.comparingInt(String::length))
                .map(message -> List.of(new Evidence("failure", message)))
                .orElse(List.of());
    }

    /** A message, or a line of any node: a failed start says both. */
    static Clue saidOrLogged(String regex) {
        return nodeLine(regex).or(said(regex));
    }

    /** A counter that moved in the runs. */
    static Clue counted(Part part, String name, Map<String, String> labels) {
        return symptoms -> of(symptoms.deltas(), part)
                .filter(entry -> entry.getValue().sum(name, labels) > 0)
                .map(entry -> counter(entry, name, entry.getValue().sum(name, labels)))
                .toList();
    }

    /** Two counters of which the second did not keep up with the first. */
    static Clue behind(Part part, String begun, String done) {
        return symptoms -> of(symptoms.deltas(), part)
                .filter(entry -> entry.getValue().sum(begun) > entry.getValue().sum(done))
                .flatMap(entry -> Stream.of(begun, done)
                        .map(name -> counter(entry, name, entry.getValue().sum(name))))
                .toList();
    }

    /** The group of a pattern has several values in the logs of such parts; the first line of each. */
    static Clue differing(List<Part> parts, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return symptoms -> {
            Map<String, Evidence> byValue = new LinkedHashMap<>();
            parts.stream().flatMap(part -> logs(symptoms, part)).forEach(log -> log.lines()
                    .forEach(line -> {
                        Matcher found = pattern.matcher(line.text());
                        if (found.find()) {
                            byValue.putIfAbsent(found.group(1), log.evidence(line));
                        }
                    }));
            return byValue.size() > 1 ? List.copyOf(byValue.values()) : List.of();
        };
    }

    /** A request that succeeded, and spent more than so many seconds at decode before its first token. */
    static Clue slowHop(int seconds) {
        return symptoms -> symptoms.hops().stream()
                .filter(breakdown -> breakdown.of(Hop.DECODE) > seconds * 1_000_000_000L)
                .map(breakdown ->
                        new Evidence("hop " + Hop.DECODE.label(), Figures.seconds(breakdown.of(Hop.DECODE) / 1e9)))
                .toList();
    }

    static Stream<PartLog> logs(Symptoms symptoms, Part part) {
        return symptoms.logs().stream().filter(log -> log.part() == part);
    }

    static Stream<Map.Entry<String, MetricsSnapshot>> of(Map<String, MetricsSnapshot> metrics, Part part) {
        return metrics.entrySet().stream()
                .filter(entry -> Part.named(entry.getKey()).filter(part::equals).isPresent())
                .sorted(Map.Entry.comparingByKey());
    }

    static double sum(Map<String, MetricsSnapshot> metrics, Part part, String name, Map<String, String> labels) {
        return of(metrics, part)
                .mapToDouble(entry -> entry.getValue().sum(name, labels))
                .sum();
    }

    static Evidence counter(Map.Entry<String, MetricsSnapshot> part, String name, double value) {
        return new Evidence(part.getKey() + " " + name, Figures.digits(value));
    }

    /** The line around what matched: a message may be long. */
    private static String excerpt(Pattern pattern, String message) {
        return message.lines()
                .filter(line -> pattern.matcher(line).find())
                .findFirst()
                .orElse(message)
                .replaceAll(PADDING, " ");
    }
}
