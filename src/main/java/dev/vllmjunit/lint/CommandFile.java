package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Profile.Silence;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands as somebody would type them: {@code docker run} and {@code vllm serve}, and what is done around them. Two comments speak to
 * the lint: {@code # vllm-junit: silence RULE: REASON} and {@code # vllm-junit: engine VERSION}. Several files together describe one
 * deployment.
 */
public final class CommandFile {

    private static final Pattern DIRECTIVE = Pattern.compile("vllm-junit:\\s*(.*)");
    private static final Pattern SILENCE = Pattern.compile("silence\\s+([\\w-]+)\\s*:\\s*(\\S.*)");
    private static final Pattern ENGINE = Pattern.compile("engine\\s+(\\d\\S*)");

    private final List<Node> nodes = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();
    private final List<Silence> silences = new ArrayList<>();
    private Optional<Version> said = Optional.empty();
    private Optional<Version> tagged = Optional.empty();

    private CommandFile() {}

    /**
     * What the files describe together.
     *
     * @throws LintException if one cannot be read, a quote is not closed, or a comment to the lint is no such
     */
    public static Deployment read(List<Path> files) {
        CommandFile reader = new CommandFile();
        files.forEach(file -> reader.add(file.toString(), text(file)));
        return reader.deployment();
    }

    static Deployment parse(String file, String text) {
        CommandFile reader = new CommandFile();
        reader.add(file, text);
        return reader.deployment();
    }

    private void add(String file, String text) {
        ShellCommands.Script script = ShellCommands.read(file, 1, text);
        script.comments().forEach(this::comment);
        commands.addAll(script.commands());
        script.commands().stream().map(NodeStart::of).flatMap(Optional::stream).forEach(started -> {
            nodes.add(started.node());
            tagged = started.version().or(() -> tagged);
        });
    }

    private Deployment deployment() {
        return new Deployment(nodes, commands, said.or(() -> tagged).orElse(Deployment.KNOWN_ENGINE), silences);
    }

    private void comment(Stated comment) {
        Matcher directive = DIRECTIVE.matcher(comment.text());
        if (directive.matches()) {
            directive(directive.group(1), comment.where());
        }
    }

    private void directive(String text, String where) {
        Matcher silence = SILENCE.matcher(text);
        Matcher engine = ENGINE.matcher(text);
        if (silence.matches()) {
            silences.add(new Silence(silence.group(1), silence.group(2), where));
        } else if (engine.matches()) {
            said = Optional.of(Version.parse(engine.group(1)));
        } else {
            throw new LintException(where + ": \"vllm-junit: " + text
                    + "\" says nothing; write vllm-junit: silence RULE: REASON, or vllm-junit: engine 0.32.0");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new LintException(
                    file + " cannot be read: " + unreadable + "; it has to be readable UTF-8", unreadable);
        }
    }
}
