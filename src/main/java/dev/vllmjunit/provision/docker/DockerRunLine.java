package dev.vllmjunit.provision.docker;

import dev.vllmjunit.topology.Masking;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The line that starts a container by hand. Credentials are named only: docker takes them from the shell's environment. */
final class DockerRunLine {

    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    private DockerRunLine() {}

    static String of(ContainerSpec spec) {
        List<String> words = new ArrayList<>(List.of("docker", "run", "--rm", "--detach"));
        words.addAll(List.of("--name=" + spec.name(), "--net=host", "--entrypoint="));
        words.addAll(spec.ipc().options());
        words.addAll(spec.devices().options());
        spec.directory().ifPresent(directory -> words.add("--workdir=" + directory));
        spec.volumes().forEach(volume -> words.add("--volume=" + volume));
        spec.environment().forEach((name, value) -> words.addAll(List.of("-e", name + "=" + value)));
        spec.secrets().keySet().forEach(name -> words.addAll(List.of("-e", name)));
        words.add(spec.image());
        words.addAll(spec.command());
        return Masking.ofProcess()
                .mask(words.stream().map(DockerRunLine::quoted).collect(Collectors.joining(" ")));
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
