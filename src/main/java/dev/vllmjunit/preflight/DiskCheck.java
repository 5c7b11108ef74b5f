package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Locale;

/**
 * Whether a directory, or the nearest one above it that exists, has room.
 *
 * @param host which
 * @param directory absolute; {@code $HOME} is allowed
 * @param neededBytes for what is still to come
 * @param purpose what that is
 */
record DiskCheck(Host host, String directory, long neededBytes, String purpose) implements Check {

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
        ShellOutput said = host.run("d=" + Host.quoted(host.root() + directory)
                + "\nwhile [ ! -d \"$d\" ] && [ \"$d\" != / ] && [ \"$d\" != . ]; do d=$(dirname \"$d\"); done\ndf -Pk \"$d\"");
        long free = free(said);
        String found = String.format(
                Locale.ROOT, "%.1f GiB free for %s, %.1f GiB needed for %s", free / GIB, directory, neededBytes / GIB, purpose);
        return free >= neededBytes
                ? Finding.ok(found)
                : Finding.failed(found, "free some, or name a directory on a larger file system");
    }

    /** POSIX output: a header, then name, size, used, available, share and mount point. */
    private static long free(ShellOutput said) {
        List<String> lines = said.lines();
        String[] columns = lines.isEmpty() ? new String[0] : lines.get(lines.size() - 1).split("\\s+", -1);
        if (said.status() != 0 || columns.length < COLUMNS || !columns[AVAILABLE].matches("\\d+")) {
            throw new CannotCheckException("df said: " + said.text().strip());
        }
        return Long.parseLong(columns[AVAILABLE]) * KIB;
    }
}
