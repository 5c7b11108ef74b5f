package dev.vllmjunit.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits shell text into words and operators as POSIX says (Shell Command Language, 2.2 quoting, 2.3 token recognition): quotes,
 * backslashes, continued lines, comments, here documents; no globs, and nothing is run: {@code $(…)} stays as it is written. Every
 * word knows its line, which no library's splitter keeps.
 */
final class ShellText {

    private static final String OPERATORS = "\n;&|<>()";

    private final String file;
    private final String text;
    private final ShellVariables variables;
    private final List<Stated> comments = new ArrayList<>();
    private final List<String> hereDocuments = new ArrayList<>();
    private int at;
    private int line = 1;

    ShellText(String file, String text, ShellVariables variables) {
        this(file, 1, text, variables);
    }

    ShellText(String file, int firstLine, String text, ShellVariables variables) {
        this.file = file;
        this.line = firstLine;
        this.text = text.replace("\r\n", "\n");
        this.variables = variables;
    }

    /** A word, or an operator. */
    record Token(Stated said, boolean operator) {
        boolean is(String name) {
            return operator && said.text().equals(name);
        }
    }

    /** Comments so far, without {@code #}. */
    List<Stated> comments() {
        return comments;
    }

    /** The next word or operator; empty at the end of the text. */
    Optional<Token> next() {
        skipBlanks();
        if (atEnd()) {
            return Optional.empty();
        }
        String where = where();
        return Optional.of(
                OPERATORS.indexOf(peek()) >= 0
                        ? new Token(new Stated(operator(), where), true)
                        : new Token(new Stated(word(), where), false));
    }

    /** The body of a here document begins behind the line in which its end is named. */
    void hereDocument(String end) {
        hereDocuments.add(end);
    }

    private void skipBlanks() {
        while (!atEnd()) {
            if (text.startsWith("\\\n", at)) {
                take();
                take();
            } else if (peek() == '#') {
                comment();
            } else if (peek() == ' ' || peek() == '\t') {
                take();
            } else {
                return;
            }
        }
    }

    private void comment() {
        String where = where();
        int end = text.indexOf('\n', at);
        String comment = text.substring(at + 1, end < 0 ? text.length() : end);
        comments.add(new Stated(comment.strip(), where));
        at = end < 0 ? text.length() : end;
    }

    private String operator() {
        StringBuilder operator = new StringBuilder().append(take());
        while (!atEnd() && operator.charAt(0) != '\n' && "&|<>".indexOf(peek()) >= 0 && operator.length() < 3) {
            operator.append(take());
        }
        if (operator.charAt(0) == '\n') {
            skipHereDocuments();
        }
        return operator.toString();
    }

    private void skipHereDocuments() {
        for (String end : hereDocuments) {
            String body;
            do {
                body = restOfLine();
            } while (!atEnd() && !body.strip().equals(end));
        }
        hereDocuments.clear();
    }

    private String restOfLine() {
        StringBuilder rest = new StringBuilder();
        while (!atEnd() && peek() != '\n') {
            rest.append(take());
        }
        if (!atEnd()) {
            take();
        }
        return rest.toString();
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        while (!atEnd() && peek() != ' ' && peek() != '\t' && OPERATORS.indexOf(peek()) < 0) {
            char c = take();
            switch (c) {
                case '\\' -> escaped(word);
                case '\'' -> word.append(until('\'', where()));
                case '"' -> doubleQuoted(word);
                case '`' -> word.append('`').append(until('`', where())).append('`');
                case '$' -> word.append(dollar());
                default -> word.append(c);
            }
        }
        return word.toString();
    }

    private void escaped(StringBuilder word) {
        char c = atEnd() ? '\n' : take();
        if (c != '\n') {
            word.append(c);
        }
    }

    private void doubleQuoted(StringBuilder word) {
        String opened = where();
        while (!atEnd() && peek() != '"') {
            char c = take();
            if (c == '\\' && !atEnd() && "$`\"\\\n".indexOf(peek()) >= 0) {
                escaped(word);
            } else {
                word.append(c == '$' ? dollar() : String.valueOf(c));
            }
        }
        close('"', opened);
    }

    private String until(char end, String opened) {
        StringBuilder quoted = new StringBuilder();
        while (!atEnd() && peek() != end) {
            quoted.append(take());
        }
        close(end, opened);
        return quoted.toString();
    }

    private String dollar() {
        if (atEnd()) {
            return "$";
        }
        String opened = where();
        if (peek() == '(') {
            return "$" + parentheses(opened);
        }
        if (peek() == '{') {
            take();
            return variables.expand(until('}', opened));
        }
        StringBuilder name = new StringBuilder();
        while (!atEnd() && (Character.isLetterOrDigit(peek()) || peek() == '_')) {
            name.append(take());
        }
        return name.isEmpty() ? "$" : variables.expand(name.toString());
    }

    private String parentheses(String opened) {
        StringBuilder inside = new StringBuilder();
        int open = 0;
        do {
            if (atEnd()) {
                throw unclosed(')', opened);
            }
            char c = take();
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            inside.append(c);
        } while (open > 0);
        return inside.toString();
    }

    private void close(char end, String opened) {
        if (atEnd()) {
            throw unclosed(end, opened);
        }
        take();
    }

    private static LintException unclosed(char end, String opened) {
        return new LintException(opened + ": what begins here has no closing " + end + "; add it");
    }

    private boolean atEnd() {
        return at >= text.length();
    }

    private char peek() {
        return text.charAt(at);
    }

    private char take() {
        char c = text.charAt(at++);
        line += c == '\n' ? 1 : 0;
        return c;
    }

    private String where() {
        return file + ":" + line;
    }
}
