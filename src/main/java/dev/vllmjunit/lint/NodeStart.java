package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Accelerator;
import java.lang.module.ModuleDescriptor.Version;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what starts a node: {@code vllm serve}, its module, either inside of {@code docker run} or {@code bash -c}, or an image whose
 * own command it is.
 */
final class NodeStart {

    private static final Pattern WRAPPER = Pattern.compile("sudo|nohup|exec|env|time|then|do|else|\\{|!");
    private static final Pattern SHELL = Pattern.compile("(?:.*/)?(?:ba|da|z)?sh");
    private static final Pattern LINE = Pattern.compile("(.*):(\\d+)");
    /** vLLM's own images serve unless told otherwise, and only they carry vLLM's version as their tag. */
    private static final Pattern VLLM_IMAGE =
            Pattern.compile("(?:docker\\.io/)?vllm/vllm-[\\w-]+(?::(?:v?(\\d+(?:\\.\\d+)+)|.*))?");

    private NodeStart() {}

    /** A node, and the version of vLLM where its image says it. */
    record Started(Node node, Optional<Version> version) {}

    static Optional<Started> of(Command command) {
        List<Stated> words = withoutWrappers(command.words());
        if (startsWith(words, "(?:.*/)?(?:docker|podman)", "run")) {
            return DockerRun.of(command, words.subList(2, words.size())).flatMap(NodeStart::inContainer);
        }
        return serve(words)
                .map(arguments ->
                        Node.of(command.where(), visible(command.environment()), withAssignments(command), arguments))
                .map(node -> new Started(node, Optional.empty()));
    }

    private static Optional<Started> inContainer(DockerRun run) {
        Optional<Accelerator> accelerator = run.accelerator().or(() -> visible(run.environment()));
        Matcher image = VLLM_IMAGE.matcher(run.image().text());
        boolean serves = image.matches() && !run.options().containsKey("--entrypoint");
        Optional<Version> version =
                image.matches() ? Optional.ofNullable(image.group(1)).map(Version::parse) : Optional.empty();
        return (serves ? Optional.of(run.command()) : serve(withoutWrappers(run.command())))
                .map(arguments -> Node.of(run.image().where(), accelerator, run.environment(), arguments))
                .map(node -> new Started(node, version));
    }

    /** The arguments, if the words serve. */
    private static Optional<List<Stated>> serve(List<Stated> words) {
        if (startsWith(words, "(?:.*/)?vllm", "serve")) {
            return Optional.of(words.subList(2, words.size()));
        }
        if (startsWith(words, "(?:.*/)?python[\\d.]*", "-m", "vllm\\.entrypoints\\.openai\\.api_server")) {
            return Optional.of(words.subList(3, words.size()));
        }
        if (words.size() > 2
                && SHELL.matcher(words.get(0).text()).matches()
                && words.get(1).text().matches("-\\w*c")) {
            return inner(words.get(2));
        }
        return Optional.empty();
    }

    private static Optional<List<Stated>> inner(Stated script) {
        Matcher at = LINE.matcher(script.where());
        return at.matches()
                ? ShellCommands.read(at.group(1), Integer.parseInt(at.group(2)), script.text()).commands().stream()
                        .map(command -> serve(withoutWrappers(command.words())))
                        .flatMap(Optional::stream)
                        .findFirst()
                : Optional.empty();
    }

    private static List<Stated> withoutWrappers(List<Stated> words) {
        int at = 0;
        while (at < words.size() && isWrapper(words.get(at), at > 0)) {
            at++;
        }
        return words.subList(at, words.size());
    }

    /** Behind {@code env} or {@code sudo}, an assignment is one, too. */
    private static boolean isWrapper(Stated word, boolean behindOne) {
        return WRAPPER.matcher(word.text()).matches()
                || behindOne && ShellVariables.assignment(word).isPresent();
    }

    private static Map<String, Stated> withAssignments(Command command) {
        Map<String, Stated> environment = new HashMap<>(command.environment());
        int wrappers = command.words().size() - withoutWrappers(command.words()).size();
        command.words().subList(0, wrappers).stream()
                .map(ShellVariables::assignment)
                .flatMap(Optional::stream)
                .forEach(set -> environment.put(set.getKey(), set.getValue()));
        return environment;
    }

    private static Optional<Accelerator> visible(Map<String, Stated> environment) {
        if (environment.containsKey("HABANA_VISIBLE_DEVICES")) {
            return Optional.of(Accelerator.GAUDI);
        }
        if (environment.containsKey("HIP_VISIBLE_DEVICES") || environment.containsKey("ROCR_VISIBLE_DEVICES")) {
            return Optional.of(Accelerator.ROCM);
        }
        return environment.containsKey("CUDA_VISIBLE_DEVICES") ? Optional.of(Accelerator.CUDA) : Optional.empty();
    }

    private static boolean startsWith(List<Stated> words, String... patterns) {
        for (int i = 0; i < patterns.length; i++) {
            if (i >= words.size() || !words.get(i).text().matches(patterns[i])) {
                return false;
            }
        }
        return true;
    }
}
