package dev.vllmjunit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM of a test, with its class path. */
public final class OtherJvm {

    private OtherJvm() {}

    /** How to start it. */
    public static ProcessBuilder of(Class<?> main, List<String> options, String... arguments) {
        return new ProcessBuilder(command(main, options, arguments));
    }

    /** Its command line. */
    public static List<String> command(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
