package dev.vllmjunit.provision.local.install;

import dev.vllmjunit.provision.local.process.ManagedProcess.Guarding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Python environment with vLLM, NIXL and LMCache, and the scripts that run them.
 *
 * @param root the environment
 * @param scripts this library's
 */
public record EngineHome(Path root, Scripts scripts) {

    /** Those built for CUDA 13 want a library of NVIDIA's beside them. */
    private static final String NIXL_LIBRARIES = ".nixl_cu12.mesonpy.libs";

    private static final List<String> NEEDED = List.of("vllm", "nixl", "lmcache", "torch");

    /** Its interpreter. */
    public Path python() {
        return pythonOf(root);
    }

    /** What runs processes that never outlive this JVM. */
    public Guarding guarding() {
        return new Guarding(python(), scripts.guard());
    }

    /** Version of an installed distribution, as the environment says; empty where there is none. */
    public Optional<String> version(String distribution) {
        return version(root, distribution);
    }

    /** What keeps a directory from being such an environment; empty where nothing does. Starts nothing. */
    public static Optional<String> shortage(Path root) {
        if (!Files.isExecutable(pythonOf(root))) {
            return Optional.of("has no bin/python; name a Python virtual environment");
        }
        List<String> missing = NEEDED.stream()
                .filter(distribution -> version(root, distribution).isEmpty())
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("lacks " + String.join(", ", missing)
                        + "; install it there, or leave vllm.local.home out for an environment that is built");
    }

    /** Directory of NIXL's plugins with an OBJ plugin that needs nothing else; empty where there is none. Starts nothing. */
    public static Optional<Path> objectPlugins(Path root) {
        return below(root, NIXL_LIBRARIES).stream()
                .map(libraries -> libraries.toAbsolutePath().resolve("plugins"))
                .filter(plugins -> Files.isRegularFile(plugins.resolve("libplugin_OBJ.so")))
                .findFirst();
    }

    private static Path pythonOf(Path root) {
        return root.toAbsolutePath().resolve("bin").resolve("python");
    }

    private static Optional<String> version(Path root, String distribution) {
        String start = distribution.replace('-', '_') + "-";
        String end = ".dist-info";
        return below(root, end).stream()
                .map(path -> String.valueOf(path.getFileName()))
                .filter(name -> name.startsWith(start) && name.endsWith(end))
                .map(name -> name.substring(start.length(), name.length() - end.length()))
                .findFirst();
    }

    /** What packages have put there under a name with this end. */
    private static List<Path> below(Path root, String end) {
        Path lib = root.resolve("lib");
        if (!Files.isDirectory(lib)) {
            return List.of();
        }
        try (Stream<Path> found =
                Files.find(lib, 3, (path, attributes) -> path.toString().endsWith(end))) {
            return found.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
