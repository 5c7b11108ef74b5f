package dev.vllmjunit.history;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Machine;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.Settings;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The results of earlier runs, kept where {@code vllm.history} says: a folder per fingerprint, a file per result. Several JVMs may write
 * to it at a time. Thread-safe. A file that is damaged or of a later version is left out, with a warning that names it.
 */
public final class History implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(History.class);
    private static final String RESULT = ".json";

    /** Of a long history, its beginning, which is what was accepted, and its end are compared with. */
    private static final int FIRST = 50;

    private static final int LATEST = 150;

    private static volatile Supplier<Optional<History>> inUse = () -> of(Settings.ofProcess(name -> Optional.empty()));

    private final Archive archive;
    private final Machine machine;
    private final Masking masking;

    History(Archive archive, Machine machine, Masking masking) {
        this.archive = archive;
        this.machine = machine;
        this.masking = masking;
    }

    /** Where the settings say; empty if they switch it off. */
    public static Optional<History> of(Settings settings) {
        return Archive.of(settings).map(archive -> new History(archive, Machine.here(), Masking.of(settings)));
    }

    /** From now on {@link #inUse()}, in all of this JVM: the class that started last decides. Empty for none. */
    public static void use(Optional<History> history) {
        inUse = () -> history;
    }

    /** What the tests of this JVM use, else what its system properties and environment name; empty if that is switched off. */
    public static Optional<History> inUse() {
        return inUse.get();
    }

    /** Keeps a result, valid or not. */
    public void add(BenchmarkResult result) {
        Entry entry = Entry.of(result, machine, masking);
        archive.write(entry.fingerprint().folder(), entry.file(), entry.json());
    }

    /**
     * What is known of the result's conditions from valid results that started before it, since the accepted baseline where there is one.
     *
     * @param measures the figures to compare; those that the result or the history does not have are left out
     */
    public Review review(BenchmarkResult result, List<Measure> measures) {
        Fingerprint fingerprint = Fingerprint.of(result.conditions(), machine);
        Optional<Acceptance> accepted = new BaselineFile(archive, fingerprint.folder()).inForce();
        Instant since = accepted.map(Acceptance::since).orElse(Instant.MIN);
        List<Entry> earlier = entries(fingerprint.folder()).stream()
                .filter(Entry::valid)
                .filter(entry -> entry.startedAt().isBefore(result.conditions().startedAt()))
                .filter(entry -> !entry.startedAt().isBefore(since))
                .toList();
        Entry now = Entry.of(result, machine, masking);
        return Review.of(result.conditions(), now, ends(earlier), accepted.map(Acceptance::since), measures);
    }

    /** Fingerprints of the same workload and state that results were kept under, the one most like the given first. */
    List<Fingerprint> similar(Fingerprint fingerprint) {
        String alike = fingerprint.folder().substring(0, fingerprint.folder().length() - Fingerprint.HASH_DIGITS);
        return folders().stream()
                .filter(folder -> folder.startsWith(alike))
                .flatMap(folder -> latest(folder).stream())
                .map(Entry::fingerprint)
                .filter(other -> !other.equals(fingerprint))
                .sorted(Comparator.comparingInt(
                        other -> fingerprint.differences(other).size()))
                .toList();
    }

    /** Names of the folders, one for each fingerprint. */
    List<String> folders() {
        return archive.folders();
    }

    /** Every readable result of a folder in order of time. */
    List<Entry> entries(String folder) {
        return files(folder)
                .parallel()
                .flatMap(file -> read(folder, file).stream())
                .sorted(Comparator.comparing(Entry::startedAt))
                .toList();
    }

    Archive archive() {
        return archive;
    }

    private Optional<Entry> latest(String folder) {
        return files(folder)
                .sorted(Comparator.reverseOrder())
                .flatMap(file -> read(folder, file).stream())
                .findFirst();
    }

    private Stream<String> files(String folder) {
        return archive.files(folder).stream().filter(file -> file.endsWith(RESULT));
    }

    private Optional<Entry> read(String folder, String file) {
        try {
            Optional<Entry> entry = archive.read(folder, file).map(Entry::parse);
            entry.map(found -> found.fingerprint().folder())
                    .filter(Predicate.not(folder::equals))
                    .ifPresent(other -> {
                        throw new IllegalArgumentException("it belongs into " + other);
                    });
            return entry;
        } catch (IllegalArgumentException e) {
            LOGGER.warn(
                    "{} is left out of the history: {}; delete it, or use the version that wrote it",
                    archive.locate(folder, file),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static List<Entry> ends(List<Entry> entries) {
        int size = entries.size();
        return size <= FIRST + LATEST
                ? entries
                : Stream.concat(entries.stream().limit(FIRST), entries.stream().skip((long) size - LATEST))
                        .toList();
    }

    /** Closes connections; they open again when needed. */
    @Override
    public void close() {
        archive.close();
    }
}
