package dev.vllmjunit.lint;

import static dev.vllmjunit.lint.Severity.ERROR;
import static dev.vllmjunit.lint.Severity.WARNING;

import dev.vllmjunit.lint.Rule.Observed;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a node serves, and what it can be told while it does. */
final class NodeRules {

    /** From Llama 3 on, Meta writes the size with a capital B. */
    private static final Pattern LLAMA_3 =
            Pattern.compile("(meta-llama/(?:Meta-)?Llama-3(?:\\.\\d)?-)(\\d+b)((?:-[\\w.]+)*)");

    private static final String DEV_MODE = "VLLM_SERVER_DEV_MODE";

    static final List<Rule> ALL = List.of(
            new Rule(
                    "model-id-unknown",
                    ERROR,
                    "Hugging Face ids are case-sensitive: there is no model of this id",
                    "`meta-llama/Llama-3.1-70B`; a base model without chat template, for `/v1/completions` only",
                    "0",
                    deployment -> deployment.nodes().stream()
                            .flatMap(node -> node.options().model().stream())
                            .filter(model -> LLAMA_3.matcher(model.text()).matches())
                            .map(model -> Observed.at(
                                    model, "the model " + model.text() + " is called " + corrected(model.text())))),
            new Rule(
                    "dev-mode-missing",
                    WARNING,
                    "`POST /reset_prefix_cache` is answered with 404: no cache state can be brought about",
                    "`VLLM_SERVER_DEV_MODE=1` on every node",
                    "0",
                    NodeRules::withoutDevMode));

    private NodeRules() {}

    private static String corrected(String id) {
        return LLAMA_3.matcher(id)
                .replaceAll(found -> found.group(1) + found.group(2).toUpperCase(Locale.ROOT) + found.group(3));
    }

    /** A profile's nodes are always reset by this library; a file's only where a command does it. */
    private static Stream<Observed> withoutDevMode(Deployment deployment) {
        boolean needed = deployment.commands().isEmpty()
                || deployment.commands().stream()
                        .anyMatch(command -> command.text().contains("/reset_prefix_cache"));
        return deployment.nodes().stream()
                .filter(node -> needed
                        && node.variable(DEV_MODE)
                                .filter(value -> value.text().equals("1"))
                                .isEmpty())
                .map(node -> new Observed(
                        node.variable(DEV_MODE).map(Stated::where).orElse(node.where()),
                        node.name() + " runs without VLLM_SERVER_DEV_MODE=1, but its caches are to be reset"));
    }
}
