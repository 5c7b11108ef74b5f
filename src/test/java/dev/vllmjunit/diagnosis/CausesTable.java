package dev.vllmjunit.diagnosis;

import dev.vllmjunit.diagnosis.Faults.Fault;
import java.util.stream.Collectors;

/** The README's table of all rules, with where each of their faults was seen. */
public final class CausesTable {

    private static final String HEAD = "| id | what | evidence | remedy | seen on |\n| --- | --- | --- | --- | --- |\n";

    private CausesTable() {}

    /** In Markdown, in the order of the rules. */
    public static String markdown() {
        return Diagnostician.causes().stream()
                .map(cause -> "| `" + cause.id() + "` | " + cause.what() + " | " + cause.sign() + " | " + cause.remedy()
                        + " | " + seenOn(cause) + " |")
                .collect(Collectors.joining("\n", HEAD, ""));
    }

    /** The best that there is. */
    private static String seenOn(Cause cause) {
        return Faults.all().stream()
                .filter(fault -> fault.causes().contains(cause.id()))
                .map(Fault::origin)
                .sorted()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(cause + " has no fault in faults.txt"))
                .label();
    }
}
