package dev.vllmjunit.lint;

import dev.vllmjunit.lint.ShellText.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a shell's text command by command; {@code export} and assignments take effect for those that follow. */
final class ShellCommands {

    private final ShellVariables variables = new ShellVariables();
    private final ShellText text;
    private final List<Command> commands = new ArrayList<>();
    private final List<Stated> words = new ArrayList<>();
    private int pipeline;

    private ShellCommands(String file, int firstLine, String text) {
        this.text = new ShellText(file, firstLine, text, variables);
    }

    /**
     * What a text says.
     *
     * @param commands in order
     * @param comments in order, without {@code #}
     */
    record Script(List<Command> commands, List<Stated> comments) {}

    /** @throws LintException if a quote is not closed */
    static Script read(String file, int firstLine, String text) {
        ShellCommands reader = new ShellCommands(file, firstLine, text);
        reader.readAll();
        return new Script(List.copyOf(reader.commands), List.copyOf(reader.text.comments()));
    }

    private void readAll() {
        for (Optional<Token> token = text.next(); token.isPresent(); token = text.next()) {
            Token found = token.get();
            if (!found.operator()) {
                words.add(found.said());
            } else if (found.said().text().matches("&?[<>].*")) {
                redirection(found);
            } else {
                finishCommand();
                pipeline += found.is("|") || found.is("|&") ? 0 : 1;
            }
        }
        finishCommand();
    }

    /** A redirection is no argument; neither are the file and the number of the stream before it. */
    private void redirection(Token operator) {
        if (!words.isEmpty() && words.get(words.size() - 1).text().matches("[0-2]")) {
            words.remove(words.size() - 1);
        }
        Optional<Token> target = text.next();
        if (operator.is("<<") || operator.is("<<-")) {
            target.ifPresent(end -> text.hereDocument(end.said().text().replaceFirst("^-", "")));
        }
    }

    private void finishCommand() {
        Map<String, Stated> assigned = new HashMap<>();
        while (!words.isEmpty()) {
            Optional<Map.Entry<String, Stated>> assignment = ShellVariables.assignment(words.get(0));
            if (assignment.isEmpty()) {
                break;
            }
            assigned.put(assignment.get().getKey(), assignment.get().getValue());
            words.remove(0);
        }
        if (words.isEmpty()) {
            assigned.forEach(variables::set);
        } else if (words.get(0).text().equals("export")) {
            words.subList(1, words.size()).forEach(this::export);
        } else {
            Map<String, Stated> environment = new HashMap<>(variables.exported());
            environment.putAll(assigned);
            commands.add(new Command(words, environment, pipeline));
        }
        words.clear();
    }

    private void export(Stated word) {
        Optional<Map.Entry<String, Stated>> assignment = ShellVariables.assignment(word);
        assignment.ifPresent(set -> variables.set(set.getKey(), set.getValue()));
        variables.export(assignment.map(Map.Entry::getKey).orElse(word.text()));
    }
}
