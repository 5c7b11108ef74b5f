package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.local.install.EngineHome;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.local.process.ProcessSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One start of a stack: what every process of it has in common.
 *
 * @param request what is to run
 * @param home the Python environment
 * @param model the model's directory
 * @param directory holds a directory per process, all of them gone at the end
 * @param parts what has been started
 * @param processes those that are to run, by name; changed by {@link #run} and {@link #end}
 */
record Launch(
        ProvisionRequest request,
        EngineHome home,
        Path model,
        Path directory,
        StartedParts parts,
        Map<String, ManagedProcess> processes) {

    static final String HOST = "127.0.0.1";

    /** Variables of every Python process of the stack. */
    private static final Map<String, String> COMMON = Map.ofEntries(
            Map.entry("HF_HUB_OFFLINE", "1"),
            Map.entry("TRANSFORMERS_OFFLINE", "1"),
            // Else the first request for logprobs waits half a minute for a compiler.
            Map.entry("TORCH_COMPILE_DISABLE", "1"),
            Map.entry("VLLM_NO_USAGE_STATS", "1"),
            Map.entry("DO_NOT_TRACK", "1"),
            Map.entry("LMCACHE_TRACK_USAGE", "false"),
            Map.entry("LMCACHE_DISABLE_BANNER", "1"),
            Map.entry("PYTHONUNBUFFERED", "1"));

    /** Variables of every process, in which a process finds its own temporary directory. */
    Map<String, String> environment(String name) {
        Map<String, String> environment = ProcessSpec.environment(COMMON);
        environment.put("TMPDIR", directoryOf(name).toString());
        environment.put("PYTHONPATH", home.scripts().site().toString());
        return environment;
    }

    Path directoryOf(String name) {
        return directory.resolve(name);
    }

    Path logOf(String name) {
        return request.logDirectory().resolve(name + ".log").toAbsolutePath();
    }

    /** Starts a process that ends with the stack. */
    ManagedProcess run(String name, List<String> command, Map<String, String> environment) {
        ProcessSpec spec = new ProcessSpec(name, command, environment, directoryOf(name), logOf(name));
        ManagedProcess process = parts.add(name, ManagedProcess.start(spec, home.guarding()));
        processes.put(name, process);
        return process;
    }

    /** Ends a process that is to be started anew. */
    void end(String name) {
        ManagedProcess process = processes.remove(name);
        if (process != null) {
            process.close();
        }
    }

    /** A process that has been started and was not ended since. */
    ManagedProcess process(String name) {
        ManagedProcess process = processes.get(name);
        if (process == null) {
            throw new IllegalArgumentException(name + " is no process of this stack that runs");
        }
        return process;
    }

    /** Which processes have ended by themselves, with the reason that their logs give. */
    Optional<String> outage() {
        List<String> ended = processes.values().stream()
                .flatMap(process -> process.end().stream())
                .toList();
        return ended.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", ended));
    }
}
