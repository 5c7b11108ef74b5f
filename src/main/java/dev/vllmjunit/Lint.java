package dev.vllmjunit;

import dev.vllmjunit.lint.CommandFile;
import dev.vllmjunit.lint.DeclaredTopology;
import dev.vllmjunit.lint.Deployment;
import dev.vllmjunit.lint.Finding;
import dev.vllmjunit.lint.LintException;
import dev.vllmjunit.lint.Linter;
import dev.vllmjunit.report.ProgressReport;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.ProfileException;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.SettingException;
import dev.vllmjunit.topology.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The configuration lint as a command: {@code mvn -q compile exec:java -Dexec.args="FILE… PROFILE…"}. A file holds shell commands;
 * several describe one deployment. A profile is named as {@code vllm.profile} names it. Exits with 0 if nothing is wrong or only
 * warned of, with 1 on errors, with 2 on what cannot be read.
 */
public final class Lint {

    private static final int ERRORS = 1;
    private static final int UNREADABLE = 2;

    private final Consumer<String> out;

    Lint(Consumer<String> out) {
        this.out = out;
    }

    /** Looks at files of commands and profiles; {@code --rules} shows the rules. */
    public static void main(String[] names) {
        ProgressReport console = new ProgressReport(ProgressReport.Bar.NEVER, Masking.ofProcess()::mask);
        System.exit(new Lint(console::line).run(List.of(names)));
    }

    int run(List<String> names) {
        if (names.isEmpty() || names.equals(List.of("--rules"))) {
            out.accept(
                    names.isEmpty()
                            ? "Name files of commands, or profiles; --rules shows the rules."
                            : Linter.markdownTable());
            return names.isEmpty() ? UNREADABLE : 0;
        }
        try {
            List<Finding> findings = deployments(names).stream()
                    .map(Linter::lint)
                    .flatMap(List::stream)
                    .toList();
            findings.forEach(finding -> out.accept(finding.describe()));
            return summary(findings);
        } catch (LintException | ProfileException | SettingException unreadable) {
            out.accept(String.valueOf(unreadable.getMessage()));
            return UNREADABLE;
        }
    }

    private int summary(List<Finding> findings) {
        long errors = findings.stream().filter(Finding::stops).count();
        long silenced = findings.stream()
                .filter(finding -> finding.accepted().isPresent())
                .count();
        out.accept(
                errors + " errors, " + (findings.size() - errors - silenced) + " warnings, " + silenced + " silenced");
        return errors > 0 ? ERRORS : 0;
    }

    private static List<Deployment> deployments(List<String> names) {
        ProfileLoader profiles = ProfileLoader.of(Settings.ofProcess(name -> Optional.empty()));
        List<Path> files =
                names.stream().map(Path::of).filter(Files::isRegularFile).toList();
        List<Deployment> deployments = new ArrayList<>();
        names.stream()
                .filter(name -> !files.contains(Path.of(name)))
                .map(profiles::load)
                .map(DeclaredTopology::of)
                .forEach(deployments::add);
        if (!files.isEmpty()) {
            deployments.add(CommandFile.read(files));
        }
        return deployments;
    }
}
