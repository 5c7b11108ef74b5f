package dev.vllmjunit.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.topology.Accelerator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a file of commands starts, and what it accepts. */
class CommandFileTest {

    private static final String FLAW = "vllm serve meta-llama/Llama-3.1-70b";

    @Test
    void aContainerGetsNoVariableThatItsCommandDoesNotName() {
        Node node = node(
                "export A=1 B=2\nC=3 docker run -it --rm --gpus all -eD=4 -e A --env=E=5 --name x -v /a:/b image:1 vllm serve m -tp 4");

        assertThat(node.environment().keySet()).containsExactlyInAnyOrder("A", "D", "E");
        assertThat(node.variable("A")).contains(new Stated("1", "file:1"));
        assertThat(node.accelerator()).contains(Accelerator.CUDA);
        assertThat(node.options().model()).contains(new Stated("m", "file:2"));
        assertThat(node.options().value("--tensor-parallel-size")).contains(new Stated("4", "file:2"));
    }

    @Test
    void aProcessGetsWhatIsExported() {
        assertThat(node("export A=1\nB=2\nsudo env C=3 nohup /opt/bin/vllm serve m")
                        .environment()
                        .keySet())
                .containsExactlyInAnyOrder("A", "C");
    }

    @Test
    void nodesAreFoundInEveryUsualForm() {
        assertThat(node("python3 -m vllm.entrypoints.openai.api_server --model m --port 9")
                        .port())
                .isEqualTo(9);
        assertThat(node("docker run vllm/vllm-openai:v0.31.0 --model m")
                        .options()
                        .model())
                .map(Stated::text)
                .contains("m");
        assertThat(node("docker run image bash -c 'sleep 1 && exec vllm serve m'")
                        .options()
                        .model())
                .map(Stated::text)
                .contains("m");
        assertThat(CommandFile.parse("file", "echo vllm serve m; docker run busybox ls")
                        .nodes())
                .isEmpty();
    }

    @Test
    void aCommentSilencesARuleWithItsReason() {
        assertThat(Linter.lint(
                        CommandFile.parse("file", "# vllm-junit: silence model-id-unknown: it is a mirror\n" + FLAW)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.stops()).isFalse();
                    assertThat(finding.describe())
                            .isEqualTo(
                                    "file:2: silenced model-id-unknown\n    the model meta-llama/Llama-3.1-70b is called"
                                            + " meta-llama/Llama-3.1-70B; silenced, because it is a mirror");
                });
    }

    @Test
    void aFindingSaysWhereWhatAndHowToFixIt() {
        assertThat(Linter.lint(CommandFile.parse("file", FLAW))).singleElement().satisfies(finding -> {
            assertThat(finding.stops()).isTrue();
            assertThat(finding.describe())
                    .isEqualTo(
                            """
                            file:1: error model-id-unknown
                                the model meta-llama/Llama-3.1-70b is called meta-llama/Llama-3.1-70B; Hugging Face ids are \
                            case-sensitive: there is no model of this id
                                Fix: `meta-llama/Llama-3.1-70B`; a base model without chat template, for `/v1/completions` only""");
        });
    }

    @Test
    void silencingAnUnknownRuleIsAnError() {
        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> Linter.lint(CommandFile.parse("file", "\n# vllm-junit: silence model-id: because")))
                .withMessageStartingWith(
                        "file:2: there is no rule model-id; did you mean model-id-unknown? Rules: lmcache-");
    }

    @Test
    void silencingWithoutAReasonIsAnError() {
        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> CommandFile.parse("file", "# vllm-junit: silence model-id-unknown"))
                .withMessage(
                        "file:1: \"vllm-junit: silence model-id-unknown\" says nothing; write vllm-junit: silence RULE:"
                                + " REASON, or vllm-junit: engine 0.32.0");
    }

    @Test
    void aConfigurationThatIsNoJsonIsAnError() {
        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> CommandFile.parse("file", "vllm serve m --kv-transfer-config {'kv_role'"))
                .withMessageMatching(
                        "(?s)file:1: --kv-transfer-config is no JSON: .*; write one object in single quotes, with"
                                + " \" around its names");
    }

    private static Node node(String commands) {
        List<Node> nodes = CommandFile.parse("file", commands).nodes();
        assertThat(nodes).hasSize(1);
        return nodes.get(0);
    }
}
