package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.shared.invoker.DefaultInvocationRequest;
import org.apache.maven.shared.invoker.DefaultInvoker;
import org.apache.maven.shared.invoker.InvocationRequest;
import org.apache.maven.shared.invoker.InvocationResult;
import org.apache.maven.shared.invoker.MavenInvocationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first test, in a project that knows only the artifact which this build has installed for it. */
class FirstTestIT {

    private static final Path TARGET = Path.of("target").toAbsolutePath();
    /** What the settings call the build's own repository. */
    private static final String DOWNLOADED = "build.repository";

    private static final int SECONDS = 180;

    private final List<String> said = new ArrayList<>();

    @Test
    void passesAndLeavesAResultForAllure(@TempDir Path project) throws IOException, MavenInvocationException {
        String maven = System.getProperty("maven.home");
        assumeThat(maven).as("maven.home, which mvn verify tells").isNotNull();
        copy(TARGET.resolve("projects/first-test"), project);

        InvocationResult result =
                new DefaultInvoker().setMavenHome(new File(maven)).execute(test(project));

        assertThat(result.getExitCode()).as(() -> String.join("\n", said)).isZero();
        assertThat(project.resolve("allure-results")).isDirectoryContaining("glob:**-result.json");
    }

    private InvocationRequest test(Path project) {
        InvocationRequest request = new DefaultInvocationRequest()
                .setBaseDirectory(project.toFile())
                .addArg("test")
                .addArg("-D" + DOWNLOADED + "=" + System.getProperty(DOWNLOADED))
                .setUserSettingsFile(TARGET.resolve("projects/settings.xml").toFile())
                .setLocalRepositoryDirectory(
                        TARGET.resolve("projects-repository").toFile())
                .setBatchMode(true)
                .setOutputHandler(said::add);
        request.setTimeoutInSeconds(SECONDS);
        return request;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
