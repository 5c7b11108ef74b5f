package dev.vllmjunit.bench;

import static java.util.Objects.requireNonNull;

import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.local.process.ProcessSpec;
import dev.vllmjunit.provision.vllm.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a part of a local stack was started, so that it can be started otherwise.
 *
 * @param links the symbolic links in its directory, with their targets
 * @param guarding what ends it with this JVM
 */
record OwnPart(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        Map<Path, Path> links,
        ManagedProcess.Guarding guarding) {

    /** Its arguments, which hold credentials, are not in its command. */
    private static final String ARGUMENTS = "VLLM_JUNIT_ARGUMENTS";

    private static final Duration START = Duration.ofMinutes(3);
    private static final String HOST = "127.0.0.1";

    /** As it runs now. */
    static OwnPart running(String name) {
        ProcessHandle process = OwnProcesses.first(name);
        List<String> guard = OwnProcesses.strings(process.parent().orElseThrow().pid(), "cmdline");
        return new OwnPart(
                name,
                OwnProcesses.strings(process.pid(), "cmdline"),
                OwnProcesses.strings(process.pid(), "environ").stream()
                        .map(variable -> variable.split("=", 2))
                        .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1])),
                OwnProcesses.directory(process),
                links(OwnProcesses.directory(process)),
                new ManagedProcess.Guarding(Path.of(guard.get(0)), Path.of(guard.get(guard.size() - 1))));
    }

    private static Map<Path, Path> links(Path directory) {
        try (Stream<Path> files = Files.walk(directory, 2)) {
            Map<Path, Path> links = new HashMap<>();
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                links.put(link, Files.readSymbolicLink(link));
            }
            return links;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With these words changed, wherever they are in its arguments. */
    OwnPart replacing(String regex, String replacement) {
        UnaryOperator<String> change = text -> text.replaceAll(regex, replacement);
        Map<String, String> changed = new HashMap<>(environment);
        changed.computeIfPresent(ARGUMENTS, (variable, arguments) -> change.apply(arguments));
        return new OwnPart(name, command.stream().map(change).toList(), changed, directory, links, guarding);
    }

    /** With more arguments; of those that are given twice the last holds. */
    OwnPart and(String... arguments) {
        return new OwnPart(
                name,
                Stream.concat(command.stream(), Stream.of(arguments)).toList(),
                environment,
                directory,
                links,
                guarding);
    }

    /** With more variables. */
    OwnPart with(Map<String, String> variables) {
        Map<String, String> more = new HashMap<>(environment);
        more.putAll(variables);
        return new OwnPart(name, command, more, directory, links, guarding);
    }

    OwnPart without(String variable) {
        Map<String, String> fewer = new HashMap<>(environment);
        fewer.remove(variable);
        return new OwnPart(name, command, fewer, directory, links, guarding);
    }

    /** With another link to the model. */
    OwnPart linked(String link) {
        Map<Path, Path> more = new HashMap<>(links);
        more.put(directory.resolve(link), links.values().iterator().next());
        return new OwnPart(name, command, environment, directory, more, guarding);
    }

    /** With a link to each of the model's files but this one, in place of the link to the model. */
    OwnPart without(Path file) {
        Map<Path, Path> each = new HashMap<>();
        links.forEach((link, model) -> Stream.of(requireNonNull(model.toFile().list()))
                .filter(name -> !name.equals(file.toString()))
                .forEach(name -> each.put(link.resolve(name), model.resolve(name))));
        return new OwnPart(name, command, environment, directory, each, guarding);
    }

    /** Starts it once nothing runs under its name any more. Returns at once. */
    ManagedProcess start(Path log) {
        try {
            for (Map.Entry<Path, Path> link : links.entrySet()) {
                Files.createDirectories(link.getKey().getParent());
                Files.createSymbolicLink(link.getKey(), link.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ManagedProcess.start(new ProcessSpec(name, command, environment, directory, log), guarding);
    }

    /** Waits until it answers. */
    void await(ManagedProcess process) {
        boolean node = command.contains("--port");
        String arguments = node ? String.join(" ", command) : environment.getOrDefault(ARGUMENTS, "");
        String port = arguments.replaceAll(".*--" + (node ? "" : "http-") + "port\\W+(\\d+).*", "$1");
        new Readiness(process, START)
                .awaitAnswer(URI.create("http://" + HOST + ":" + port + (node ? "/health" : "/healthcheck")));
    }

    @Override
    public String toString() {
        return name;
    }
}
