package dev.vllmjunit.bench;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;
import static java.util.function.UnaryOperator.identity;

import dev.vllmjunit.provision.local.process.ManagedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Parts of a local stack that run with another configuration than they were started with. A node that does logs to a file of its own, for
 * as long as it does: what its log says of its configuration is held against others'.
 */
final class ReplacedParts implements AutoCloseable {

    /** Of a log whose writer has ended; it is not looked at any more. */
    static final String ENDED = ".ended";

    private static final String CACHE_SERVER = "lmcache-server";

    private final Path logs;
    private final Map<String, OwnPart> originals = new LinkedHashMap<>();
    private final Map<String, Path> current = new HashMap<>();
    private final List<ManagedProcess> processes = new ArrayList<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private int count;

    /** All of them run as they were started. */
    ReplacedParts(Path logs, String... parts) {
        this.logs = logs;
        for (String part : parts) {
            originals.put(part, OwnPart.running(part));
        }
    }

    /** Where a part logs now. */
    Path log(String part) {
        return current.getOrDefault(part, logs.resolve(part + ".log"));
    }

    /** From now on this part runs otherwise, and every other as it was started. A prefill node has to know the cache server that runs. */
    void only(String part, UnaryOperator<OwnPart> change) {
        Set<String> anew = new LinkedHashSet<>(changed);
        anew.add(part);
        originals.keySet().stream().filter(name -> !OwnProcesses.runs(name)).forEach(anew::add);
        if (anew.contains(CACHE_SERVER)) {
            anew.add("prefill-0");
        }
        anew.forEach(this::end);
        changed.clear();
        List<Runnable> awaiting = new ArrayList<>();
        for (String name : anew) {
            awaiting.add(start(name, name.equals(part) ? change : identity()));
        }
        awaiting.forEach(Runnable::run);
    }

    /** Ends this part, starts it so, and leaves the others alone. */
    void replace(String part, UnaryOperator<OwnPart> change) {
        end(part);
        start(part, change).run();
    }

    /** What waits until it answers. */
    private Runnable start(String part, UnaryOperator<OwnPart> change) {
        OwnPart original = requireNonNull(originals.get(part));
        OwnPart start = change.apply(original);
        if (!start.equals(original)) {
            changed.add(part);
            if (!part.equals(CACHE_SERVER)) {
                current.put(part, logs.resolve(part.replaceAll("\\d+$", String.valueOf(++count)) + ".log"));
            }
        }
        ManagedProcess process = start.start(log(part));
        processes.add(process);
        return () -> start.await(process);
    }

    private void end(String part) {
        OwnProcesses.end(part);
        Path log = current.remove(part);
        if (log != null) {
            try {
                Files.move(log, Path.of(log + ENDED), REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        processes.forEach(ManagedProcess::close);
    }
}
