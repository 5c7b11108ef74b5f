package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.diagnosis.CausesTable;
import dev.vllmjunit.engine.cost.PublishedTable;
import dev.vllmjunit.lint.Linter;
import dev.vllmjunit.preflight.CheckId;
import dev.vllmjunit.topology.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README says of code is what the code says. */
class ReadmeTest {

    private static final Path FIRST_TEST =
            Path.of("src/test/projects/first-test/src/test/java/com/example/WarmCacheTest.java");

    @Test
    void showsTheFirstTestThatEveryBuildRuns() throws IOException {
        String source = Files.readString(FIRST_TEST);
        String shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(readme())
                .results()
                .map(block -> block.group(1))
                .findFirst()
                .orElseThrow();

        assertThat(source.substring(source.indexOf("@PrefillNode"))).isEqualTo(shown);
    }

    @Test
    void showsTheTestWithFaultsThatEveryBuildRuns() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/vllmjunit/guide/FaultExampleIT.java"));

        assertThat(readme()).contains("```java\n" + source.substring(source.indexOf("@PrefillNode")) + "```");
    }

    @Test
    void listsEverySetting() throws IOException {
        assertThat(readme()).contains(Setting.markdownTable());
    }

    @Test
    void listsEveryRuleOfTheLint() throws IOException {
        assertThat(readme()).contains(Linter.markdownTable());
    }

    @Test
    void listsEveryCheckOfThePreflight() throws IOException {
        assertThat(readme()).contains(CheckId.markdownTable());
    }

    @Test
    void listsEveryCauseThatIsDiagnosed() throws IOException {
        assertThat(readme()).contains(CausesTable.markdown());
    }

    @Test
    void showsTheErrorOfEveryPublishedFigure() throws IOException {
        assertThat(readme()).contains(PublishedTable.markdown());
    }

    @Test
    void linksToFilesThatExist() throws IOException {
        assertThat(Pattern.compile("\\]\\((?!http|#)([^)]+)\\)")
                        .matcher(readme())
                        .results()
                        .map(link -> Path.of(link.group(1))))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(file).exists());
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }
}
