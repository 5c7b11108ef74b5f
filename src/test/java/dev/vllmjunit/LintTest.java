package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.lint.Linter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lint as a command. */
class LintTest {

    private static final String RESOURCES = "src/test/resources/dev/vllmjunit/lint/";

    private final List<String> said = new ArrayList<>();
    private final Path directory;

    LintTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void errorsMakeItExitWithOne() {
        assertThat(lint(RESOURCES + "guide-nixl-s3.sh")).isEqualTo(1);
        assertThat(said).hasSize(21).last().isEqualTo("20 errors, 0 warnings, 0 silenced");
    }

    @Test
    void whatIsCleanExitsWithZero() {
        assertThat(lint(RESOURCES + "corrected.sh", "nixl-only", "nixl-s3", "local"))
                .isZero();
        assertThat(said).containsExactly("0 errors, 0 warnings, 0 silenced");
    }

    @Test
    void warningsAndSilencedErrorsExitWithZero() throws IOException {
        String file = file(
                """
                # vllm-junit: silence model-id-unknown: it is a mirror
                vllm serve meta-llama/Llama-3.1-70b --kv-transfer-config '{"kv_connector":"LMCacheMPConnector"}'
                """);

        assertThat(lint(file)).isZero();
        assertThat(said).hasSize(3).last().isEqualTo("0 errors, 1 warnings, 1 silenced");
    }

    @Test
    void severalFilesDescribeOneDeployment() throws IOException {
        String prefill = file("vllm serve m --block-size 128 --kv-transfer-config '{\"kv_connector\":\"NixlConnector\","
                + "\"kv_role\":\"kv_consumer\"}'");
        Path decode = Files.copy(Path.of(prefill), directory.resolve("decode.sh"));
        Files.writeString(decode, Files.readString(decode).replace("128", "256"));

        assertThat(lint(prefill, decode.toString())).isEqualTo(1);
        assertThat(said)
                .first()
                .asString()
                .startsWith(decode + ":1: error block-size-differs\n    block size 256 here, 128 elsewhere; ");
    }

    @Test
    void whatCannotBeReadExitsWithTwo() throws IOException {
        assertThat(lint("nixl-s4")).isEqualTo(2);
        assertThat(said).singleElement().asString().startsWith("there is no profile nixl-s4; did you mean nixl-s3?");
        said.clear();

        String file = file("vllm serve 'm");
        assertThat(lint(file)).isEqualTo(2);
        assertThat(said).containsExactly(file + ":1: what begins here has no closing '; add it");
    }

    @Test
    void showsItsRules() {
        assertThat(lint("--rules")).isZero();
        assertThat(said).containsExactly(Linter.markdownTable());
    }

    @Test
    void sayingNothingToItIsAnError() {
        assertThat(lint()).isEqualTo(2);
        assertThat(said).containsExactly("Name files of commands, or profiles; --rules shows the rules.");
    }

    private int lint(String... names) {
        return new Lint(said::add).run(List.of(names));
    }

    private String file(String commands) throws IOException {
        return Files.writeString(directory.resolve("commands.sh"), commands).toString();
    }
}
