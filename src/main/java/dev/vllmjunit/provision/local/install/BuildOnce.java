package dev.vllmjunit.provision.local.install;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is built once and then only read. Built in a sibling and moved when it is whole, so that a half-built one is never
 * used; one builder at a time, over all processes.
 */
final class BuildOnce {

    private static final String MARKER = ".complete";
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
    private static final long POLL_NANOS = Duration.ofMillis(200).toNanos();

    private BuildOnce() {}

    /** Fills an empty directory. */
    @FunctionalInterface
    interface Builder {
        /** Throws what keeps it from being whole. */
        void build(Path directory) throws IOException;
    }

    static boolean isComplete(Path target) {
        return Files.isRegularFile(target.resolve(MARKER));
    }

    /**
     * The directory, built if need be.
     *
     * @throws ProvisionException if it cannot be built; whatever had been built is removed by then
     */
    static Path directory(Path target, Consumer<String> progress, Builder builder) {
        if (isComplete(target)) {
            return target;
        }
        Path lock = target.resolveSibling(target.getFileName() + ".lock");
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = acquire(channel, target, progress)) {
                return held.isValid() && isComplete(target) ? target : build(target, builder);
            }
        } catch (IOException e) {
            throw new ProvisionException("cannot build " + target + ": " + e, e);
        }
    }

    private static FileLock acquire(FileChannel channel, Path target, Consumer<String> progress) throws IOException {
        long start = System.nanoTime();
        FileLock lock = tryLock(channel);
        if (lock == null) {
            progress.accept("Another process builds " + target + "; waiting for it");
        }
        while (lock == null) {
            if (System.nanoTime() - start > LONGEST_WAIT.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                throw new ProvisionException("another process has been building " + target + " for "
                        + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s; end it and try again");
            }
            LockSupport.parkNanos(POLL_NANOS);
            lock = tryLock(channel);
        }
        return lock;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Path build(Path target, Builder builder) throws IOException {
        Path sibling = target.resolveSibling(target.getFileName() + ".building");
        delete(sibling);
        delete(target);
        Files.createDirectories(sibling);
        try {
            builder.build(sibling);
            Files.createFile(sibling.resolve(MARKER));
            return Files.move(sibling, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            delete(sibling);
            throw e;
        }
    }

    /** With all it holds; links are removed, not followed. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> found;
        try (Stream<Path> tree = Files.walk(directory)) {
            found = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : found) {
            Files.delete(path);
        }
    }
}
