package dev.vllmjunit.provision.local.install;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.local.process.ManagedProcess.Guarding;
import dev.vllmjunit.provision.local.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Everything the local stack needs on disk: found where it was named, else built once below the user's cache directory. */
public final class Installation {

    /** Some packages hold files that are no Python 3: they do not count. */
    private static final String COMPILE =
            "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)";

    private static final Duration LONGEST_STEP = Duration.ofMinutes(30);

    private final Path cache;
    private final Machine machine;
    private final Consumer<String> progress;
    private final Scripts scripts;

    Installation(Path cache, Machine machine, Consumer<String> progress) {
        this.cache = cache;
        this.machine = machine;
        this.progress = progress;
        this.scripts = Scripts.in(cache);
    }

    /** Below {@code $XDG_CACHE_HOME/vllm-junit}, or {@code ~/.cache/vllm-junit}. */
    public static Installation ofUser(Consumer<String> progress) {
        return new Installation(
                cacheDirectory(System.getenv(), System.getProperty("user.home", ".")), Machine.ofProcess(), progress);
    }

    static Path cacheDirectory(Map<String, String> environment, String home) {
        String configured = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base = configured.isBlank() ? Path.of(home, ".cache") : Path.of(configured);
        return base.resolve("vllm-junit").toAbsolutePath();
    }

    /** Why no node can run on this machine, whatever is installed; empty where one can. Starts nothing. */
    public static Optional<String> machineShortage() {
        return Machine.ofProcess().processorShortage();
    }

    /**
     * The Python environment.
     *
     * @param home one that exists; empty for one that is built
     * @throws ProvisionException if it cannot be built, with the reason
     */
    public EngineHome engine(Optional<Path> home) {
        return new EngineHome(home.orElseGet(this::environment), scripts);
    }

    private Path environment() {
        Path target = cache.resolve("local-" + Scripts.hash(Scripts.LOCK));
        return BuildOnce.directory(target, progress, this::build);
    }

    private void build(Path directory) throws IOException {
        machine.requireForBuilding(directory);
        progress.accept("Building the Python environment of the local stack below " + cache
                + ", once: about 6 GB, some minutes");
        Guarding guarding = new Guarding(Path.of(machine.python()), scripts.guard());
        Path python = directory.resolve("bin/python");
        Steps steps = new Steps(guarding, directory, 4);
        steps.run("a virtual environment", machine.python(), "-m", "venv", directory.toString());
        steps.run("packages from the index", pip(python));
        steps.run(
                "vLLM's name and version",
                python.toString(),
                scripts.file(Scripts.FINISH).toString());
        steps.run(
                "compiled modules",
                python.toString(),
                "-c",
                COMPILE,
                directory.resolve("lib").toString());
    }

    private String[] pip(Path python) {
        return new String[] {
            python.toString(),
            "-m",
            "pip",
            "install",
            "--no-input",
            "--no-deps",
            "--no-compile",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
            scripts.file(Scripts.LOCK).toString()
        };
    }

    /**
     * The model's directory.
     *
     * @param named one that exists; empty for a tiny one that is made
     * @param engine makes it
     */
    public Path model(Optional<Path> named, EngineHome engine) {
        return named.map(Path::toAbsolutePath).orElseGet(() -> tinyModel(engine));
    }

    private Path tinyModel(EngineHome engine) {
        Path target = cache.resolve("tiny-" + Scripts.hash(Scripts.MODEL));
        return BuildOnce.directory(target, progress, directory -> new Steps(engine.guarding(), directory, 1)
                .run(
                        "a tiny model with random weights",
                        engine.python().toString(),
                        scripts.file(Scripts.MODEL).toString(),
                        directory.toString(),
                        scripts.file("words.txt").toString()));
    }

    /** Steps of one build, each announced and timed. */
    private final class Steps {

        private final Guarding guarding;
        private final Path directory;
        private final int count;
        private final long start = System.nanoTime();
        private int step;

        Steps(Guarding guarding, Path directory, int count) {
            this.guarding = guarding;
            this.directory = directory;
            this.count = count;
        }

        void run(String what, String... command) {
            step++;
            progress.accept(String.format(Locale.ROOT, "  [%d/%d] %s …", step, count, what));
            Path log = directory.resolveSibling(directory.getFileName() + ".log");
            ProcessSpec spec =
                    new ProcessSpec("making " + what, List.of(command), ProcessSpec.environment(Map.of()), work(), log);
            try (ManagedProcess process = ManagedProcess.start(spec, guarding)) {
                OptionalInt status = process.await(LONGEST_STEP);
                if (status.isEmpty() || status.getAsInt() != 0) {
                    throw process.failed(
                            status.isEmpty()
                                    ? "took longer than " + LONGEST_STEP.toMinutes() + " min"
                                    : "ended with status " + status.getAsInt());
                }
            }
            progress.accept(String.format(
                    Locale.ROOT,
                    "  [%d/%d] %s: done after %.0f s",
                    step,
                    count,
                    what,
                    (System.nanoTime() - start) / 1e9));
        }

        private Path work() {
            try {
                return Files.createTempDirectory("vllm-junit-build").resolve("work");
            } catch (IOException e) {
                throw new ProvisionException("no temporary directory for a build: " + e, e);
            }
        }
    }
}
