package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Locale;

/**
 * Whether a directory, or the nearest one above it that exists, has room.
 *
 * @param host which
 * @param directory absolute; {@code $HOME} is allowed
 * @param part what is there already below it, counted as space that is not needed any more; {@code .} for nothing
 * @param totalBytes of the whole
 * @param purpose what that is
 */
record DiskCheck(Host host, String directory, String part, long totalBytes, String purpose) implements Check {

    DiskCheck(Host host, String directory, long totalBytes, String purpose) {
        this(host, directory, ".", totalBytes, purpose);
    }

    private static final double GIB = 1L << 30;
    private static final int KIB = 1024;
    private static final int AVAILABLE = 3;
    private static final int COLUMNS = 6;

    @Override
    public CheckId id() {
        return CheckId.DISK;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        String measured = part.equals(".")
                ? ""
                : "du -sk " + Host.quoted(host.root() + directory + "/" + part) + " 2>/dev/null | sed 's/^/have /'\n";
        ShellOutput said = host.run(
                measured + "d=" + Host.quoted(host.root() + directory)
                        + "\nwhile [ ! -d \"$d\" ] && [ \"$d\" != / ] && [ \"$d\" != . ]; do d=$(dirname \"$d\"); done\ndf -Pk \"$d\"");
        long free = free(said);
        long have = said.after("have")
                        .map(line -> line.split("\\s+", 2)[0])
                        .map(Long::parseLong)
                        .orElse(0L)
                * KIB;
        long neededBytes = Math.max(0, totalBytes - have);
        String found = String.format(
                Locale.ROOT,
                "%.1f GiB free for %s, %.1f GiB needed for %s",
                free / GIB,
                directory,
                neededBytes / GIB,
                purpose);
        return free >= neededBytes
                ? Finding.ok(found)
                : Finding.failed(found, "free some, or name a directory on a larger file system");
    }

    /** POSIX output: a header, then name, size, used, available, share and mount point. */
    private static long free(ShellOutput said) {
        List<String> lines = said.lines();
        String[] columns =
                lines.isEmpty() ? new String[0] : lines.get(lines.size() - 1).split("\\s+", -1);
        if (said.status() != 0 || columns.length < COLUMNS || !columns[AVAILABLE].matches("\\d+")) {
            throw new CannotCheckException("df said: " + said.text().strip());
        }
        return Long.parseLong(columns[AVAILABLE]) * KIB;
    }
}
