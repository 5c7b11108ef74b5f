package dev.vllmjunit.provision.vllm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in a log why its writer failed: the last exception that says something of its own, else the last error, else the last lines. */
public final class LogReason {

    private static final int LAST_LINES = 3;
    private static final int CONTINUATIONS = 3;
    private static final Pattern ANSI = Pattern.compile("\\u001B\\[[0-9;]*m");
    /** For instance {@code (EngineCore pid=12) ERROR 11-25 16:11:20 [core.py:1512]}. */
    private static final Pattern PREFIX = Pattern.compile(
            "^(?:\\([^()]* ?pid=\\d+\\) )?(?:(?:ERROR|CRITICAL) \\d\\d-\\d\\d [\\d:]+ \\[[^\\]]*\\] ?)?");

    private static final Pattern EXCEPTION =
            Pattern.compile("^(?:\\w+\\.)*[A-Z]\\w*(?:Error|Exception|Failure)(?:: .*)?$");
    /** What outer processes say when an inner one has failed. */
    private static final Pattern SECOND_HAND = Pattern.compile(
            "Engine core initialization failed|root cause|EngineDeadError"
                    + "|initialization failed due to an exception|^RuntimeError: cancelled|^(?:\\w+\\.)*CancelledError");

    private static final Pattern FRAME = Pattern.compile("^  File \"(?:.*/)?([^/\"]+)\", line (\\d+), in .*$");
    private static final int FRAME_LINES = 4;

    private static final Pattern WARNING = Pattern.compile("\\bWARN(?:ING)?\\b");
    private static final Pattern ERROR = Pattern.compile("\\b(?:ERROR|CRITICAL|FATAL|[Ee]rror):? .*");

    private LogReason() {}

    /** From a byte of the file on. */
    public static String of(Path log, long from) {
        String text = read(log, from);
        return text.isBlank() ? "it left no log" : in(text);
    }

    static String in(String text) {
        List<String> lines = text.lines()
                .map(line -> PREFIX.matcher(ANSI.matcher(line).replaceAll("")).replaceFirst(""))
                .filter(line -> !line.isBlank())
                .toList();
        int exception = last(
                lines,
                line -> EXCEPTION.matcher(line).matches()
                        && !SECOND_HAND.matcher(line).find());
        int error = last(
                lines,
                line -> ERROR.matcher(line).find() && !WARNING.matcher(line).find());
        return exception >= 0
                ? withContinuation(lines, exception)
                : error >= 0 ? lines.get(error).strip() : lastLines(lines);
    }

    /** What a log holds from a byte on. */
    public static String read(Path log, long from) {
        try {
            return new String(LogTail.of(log, from), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its log " + log + " cannot be read: " + e + ")";
        }
    }

    private static int last(List<String> lines, java.util.function.Predicate<String> wanted) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (wanted.test(lines.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Validation errors say what is wrong in indented lines below. */
    private static String withContinuation(List<String> lines, int at) {
        List<String> said =
                new ArrayList<>(List.of(lines.get(at) + (lines.get(at).contains(": ") ? "" : place(lines, at))));
        for (int i = at + 1; i < lines.size() && said.size() <= CONTINUATIONS; i++) {
            String line = lines.get(i);
            if (!line.startsWith("  ") || line.startsWith("  File ")) {
                break;
            }
            said.add(line.strip());
        }
        return String.join(" ", said);
    }

    /** Where a traceback says that an exception without a message was thrown. */
    private static String place(List<String> lines, int exception) {
        for (int i = exception - 1; i >= Math.max(0, exception - FRAME_LINES); i--) {
            Matcher frame = FRAME.matcher(lines.get(i));
            if (frame.matches()) {
                String code = i + 1 < exception ? ", " + lines.get(i + 1).strip() : "";
                return " (" + frame.group(1) + ":" + frame.group(2) + code + ")";
            }
        }
        return "";
    }

    private static String lastLines(List<String> lines) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
