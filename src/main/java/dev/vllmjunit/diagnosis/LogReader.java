package dev.vllmjunit.diagnosis;

import dev.vllmjunit.diagnosis.PartLog.Line;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads what the parts of a stack have logged into a directory since it was made, {@code PART.log} each. What they logged before
 * {@link #begin()} counts only where it says how a part is configured. Reads the last 4 MiB of a log at most. Not thread-safe.
 */
public final class LogReader {

    private static final String SUFFIX = ".log";
    private static final int MOST_BYTES = 4 << 20;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Pattern COLOURS = Pattern.compile("\\u001B\\[[0-9;]*m");
    private static final Pattern CONFIGURATION = Pattern.compile(
            "non-default args: |Initializing NIXL worker |TokenHasher initialized: |(?:Computed|Initialized) NONE_HASH="
                    + "|Registered (?:non-)?GPU context |KV cache size: ");

    private final Path directory;
    private final UnaryOperator<String> mask;
    private final Map<Path, Long> made;
    private Map<Path, Long> begun;

    /**
     * From now on.
     *
     * @param mask replaces secrets in a line
     */
    public LogReader(Path directory, UnaryOperator<String> mask) {
        this.directory = directory;
        this.mask = mask;
        this.made = sizes();
        this.begun = made;
    }

    /** What is logged from now on is looked at. */
    public void begin() {
        begun = sizes();
    }

    /** What was logged since; nothing of a log that cannot be read. */
    public List<PartLog> read() {
        List<PartLog> logs = new ArrayList<>();
        files().forEach(file ->
                Part.named(name(file)).ifPresent(part -> logs.add(new PartLog(name(file), part, lines(file)))));
        return logs;
    }

    private List<Line> lines(Path file) {
        try (FileChannel log = FileChannel.open(file)) {
            long from = Math.max(mark(made, file, log.size()), log.size() - MOST_BYTES);
            return lines(read(log, from), linesBefore(log, from), mark(begun, file, log.size()) - from);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A log that is shorter than it was has begun anew. */
    private static long mark(Map<Path, Long> marks, Path file, long size) {
        long mark = marks.getOrDefault(file, 0L);
        return mark <= size ? mark : 0;
    }

    private List<Line> lines(byte[] text, long before, long begin) {
        List<Line> lines = new ArrayList<>();
        long number = before;
        int start = 0;
        while (start < text.length) {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            String line = COLOURS.matcher(new String(text, start, end - start, StandardCharsets.UTF_8))
                    .replaceAll("");
            number++;
            if (start >= begin || CONFIGURATION.matcher(line).find()) {
                lines.add(new Line(number, mask.apply(line)));
            }
            start = end + 1;
        }
        return lines;
    }

    private static byte[] read(FileChannel log, long from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Math.min(MOST_BYTES, log.size() - from)));
        log.position(from);
        while (bytes.hasRemaining() && log.read(bytes) >= 0) {
            // A channel may give less than there is.
        }
        byte[] read = new byte[bytes.position()];
        bytes.flip().get(read);
        return read;
    }

    private static long linesBefore(FileChannel log, long end) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long lines = 0;
        log.position(0);
        for (long left = end; left > 0; left -= buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, left));
            if (log.read(buffer) < 0) {
                break;
            }
            buffer.flip();
            for (int i = 0; i < buffer.limit(); i++) {
                lines += buffer.get(i) == '\n' ? 1 : 0;
            }
        }
        return lines;
    }

    private Map<Path, Long> sizes() {
        Map<Path, Long> sizes = new HashMap<>();
        files().forEach(file -> sizes.put(file, file.toFile().length()));
        return sizes;
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String name(Path log) {
        String file = String.valueOf(log.getFileName());
        return file.substring(0, file.length() - SUFFIX.length());
    }
}
