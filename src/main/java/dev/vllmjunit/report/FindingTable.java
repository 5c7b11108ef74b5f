package dev.vllmjunit.report;

import dev.vllmjunit.lint.Finding;
import java.util.List;

/** What the configuration lint found, a row each. */
final class FindingTable {

    static final String LEAD =
            "What the configuration says, held against what is known to go wrong; nothing was started for it."
                    + " A rule is silenced with its reason, in the profile: lint: {silence: {RULE: REASON}}.";

    private FindingTable() {}

    static Table of(List<Finding> findings) {
        return new Table(
                "configuration lint",
                List.of("where", "severity", "rule", "what", "fix"),
                findings.stream()
                        .map(finding -> List.of(
                                finding.where(),
                                finding.level(),
                                finding.rule().id(),
                                finding.explanation(),
                                finding.rule().fix()))
                        .toList());
    }
}
