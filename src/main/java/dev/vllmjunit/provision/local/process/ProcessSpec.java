package dev.vllmjunit.provision.local.process;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A process to run.
 *
 * @param name what messages call it
 * @param command program and arguments; anybody may read them
 * @param environment all of its variables; only the user may read them
 * @param directory where it runs; made if need be, and removed with all it holds when the process has ended
 * @param log its output is appended here
 */
public record ProcessSpec(
        String name, List<String> command, Map<String, String> environment, Path directory, Path log) {

    /** Settings of whoever runs the tests that would change what Python does. */
    private static final List<String> DROPPED = List.of(
            "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "LD_PRELOAD");

    /** Copies the collections. */
    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** This process's environment, without what would change what Python does, and with the given variables. */
    public static Map<String, String> environment(Map<String, String> added) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        DROPPED.forEach(environment::remove);
        environment.putAll(added);
        return environment;
    }

    /** Its name: variables may hold secrets. */
    @Override
    public String toString() {
        return name;
    }
}
