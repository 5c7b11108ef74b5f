package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Optional;

/**
 * What a script wrote, standard error with it.
 *
 * @param status exit status
 * @param text all of it
 */
record ShellOutput(int status, String text) {

    /** Its lines without blanks at their ends; blank ones left out. */
    List<String> lines() {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    /** What follows the label and a blank in the first line that begins with the label. */
    Optional<String> after(String label) {
        return lines().stream()
                .filter(line -> line.startsWith(label + " "))
                .map(line -> line.substring(label.length() + 1).strip())
                .findFirst();
    }
}
