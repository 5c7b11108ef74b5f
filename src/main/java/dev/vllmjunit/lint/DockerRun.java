package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Accelerator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code docker run}: what its options say of the process inside. A container gets no variable of the shell that is not named.
 *
 * @param image what runs
 * @param options by name, the last one where one is given twice
 * @param devices what {@code --device} names
 * @param environment of the process
 * @param command behind the image; empty for the image's own
 */
record DockerRun(
        Stated image,
        Map<String, String> options,
        List<String> devices,
        Map<String, Stated> environment,
        List<Stated> command) {

    /** Every other option takes a value. */
    private static final Set<String> FLAGS = Set.of(
            "--detach",
            "--interactive",
            "--tty",
            "--rm",
            "--privileged",
            "--init",
            "--read-only",
            "--no-healthcheck",
            "--oom-kill-disable",
            "--publish-all",
            "--sig-proxy",
            "--quiet");

    private static final String SHORT_FLAGS = "-[ditPq]+";

    /** @param command whose words begin with {@code docker run} */
    static Optional<DockerRun> of(Command command, List<Stated> words) {
        Reader reader = new Reader(command.environment());
        int at = 0;
        while (at < words.size() && words.get(at).text().startsWith("-")) {
            at += reader.option(words.get(at), at + 1 < words.size() ? words.get(at + 1) : words.get(at));
        }
        return at >= words.size()
                ? Optional.empty()
                : Optional.of(new DockerRun(
                        words.get(at),
                        reader.options,
                        reader.devices,
                        reader.environment,
                        words.subList(at + 1, words.size())));
    }

    /** What the container sees of the host's devices; empty where no option says. */
    Optional<Accelerator> accelerator() {
        String runtime = options.getOrDefault("--runtime", "");
        if (devices.stream().anyMatch(device -> device.startsWith("/dev/kfd"))) {
            return Optional.of(Accelerator.ROCM);
        }
        if (runtime.equals("habana")) {
            return Optional.of(Accelerator.GAUDI);
        }
        return options.containsKey("--gpus") || runtime.equals("nvidia")
                ? Optional.of(Accelerator.CUDA)
                : Optional.empty();
    }

    private static final class Reader {

        private final Map<String, Stated> shell;
        private final Map<String, String> options = new HashMap<>();
        private final List<String> devices = new ArrayList<>();
        private final Map<String, Stated> environment = new HashMap<>();

        Reader(Map<String, Stated> shell) {
            this.shell = shell;
        }

        /** How many words it took. */
        int option(Stated word, Stated next) {
            String text = word.text();
            if (FLAGS.contains(text) || text.matches(SHORT_FLAGS)) {
                return 1;
            }
            int equals = text.indexOf('=');
            if (text.startsWith("--")) {
                return equals < 0 ? take(text, next, 2) : take(text.substring(0, equals), rest(word, equals + 1), 1);
            }
            return text.length() == 2 ? take(text, next, 2) : take(text.substring(0, 2), rest(word, 2), 1);
        }

        private int take(String name, Stated value, int words) {
            switch (name) {
                case "-e", "--env" -> variable(value);
                case "--device" -> devices.add(value.text());
                default -> options.put(name, value.text());
            }
            return words;
        }

        private void variable(Stated word) {
            Optional<Map.Entry<String, Stated>> assignment = ShellVariables.assignment(word);
            assignment.ifPresent(set -> environment.put(set.getKey(), set.getValue()));
            if (assignment.isEmpty() && shell.containsKey(word.text())) {
                environment.put(word.text(), shell.get(word.text()));
            }
        }

        private static Stated rest(Stated word, int from) {
            return new Stated(word.text().substring(from), word.where());
        }
    }
}
