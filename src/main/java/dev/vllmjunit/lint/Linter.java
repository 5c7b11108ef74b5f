package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Nearest;
import dev.vllmjunit.topology.Profile.Silence;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds a deployment against every rule. Starts nothing and opens no connection. */
public final class Linter {

    private static final List<Rule> RULES = Stream.of(
                    LmCacheRules.ALL, TransferRules.ALL, NodeRules.ALL, BenchmarkRules.ALL)
            .flatMap(List::stream)
            .toList();

    private Linter() {}

    /** Every rule, in the order of the documentation. */
    public static List<Rule> rules() {
        return RULES;
    }

    /**
     * What is wrong, silenced findings included, in the order of the rules.
     *
     * @throws LintException if a silence names no rule
     */
    public static List<Finding> lint(Deployment deployment) {
        deployment.silences().forEach(Linter::requireRule);
        return RULES.stream()
                .flatMap(rule -> rule.check(deployment)
                        .map(seen -> new Finding(rule, seen.where(), seen.what(), reason(rule, deployment))))
                // Nodes of one role are alike, and a profile says a thing of all of them once.
                .distinct()
                .toList();
    }

    /** The table of all rules for the documentation, in Markdown. */
    public static String markdownTable() {
        return RULES.stream()
                .map(rule -> "| `" + rule.id() + "` | " + rule.explanation() + " | " + rule.fix() + " |")
                .collect(Collectors.joining("\n", "| rule | what happens | fix |\n| --- | --- | --- |\n", ""));
    }

    private static Optional<String> reason(Rule rule, Deployment deployment) {
        return deployment.silences().stream()
                .filter(silence -> silence.rule().equals(rule.id()))
                .map(Silence::reason)
                .findFirst();
    }

    private static void requireRule(Silence silence) {
        List<String> ids = RULES.stream().map(Rule::id).toList();
        if (!ids.contains(silence.rule())) {
            throw new LintException(silence.at() + ": there is no rule " + silence.rule()
                    + Nearest.question(silence.rule(), ids) + " Rules: " + String.join(", ", ids));
        }
    }
}
