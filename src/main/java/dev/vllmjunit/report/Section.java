package dev.vllmjunit.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Things that belong together: a directory of files, and an Allure step with the same as attachments. */
final class Section {

    private final String directory;
    private final String step;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> titles = new LinkedHashMap<>();
    private boolean valid = true;

    Section(String directory, String step) {
        this.directory = directory;
        this.step = step;
    }

    Section parameter(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    /** Shows the step as broken. */
    Section invalid(boolean invalid) {
        valid = !invalid;
        return this;
    }

    Section add(String title, String file, String text) {
        return add(title, file, text.getBytes(StandardCharsets.UTF_8));
    }

    Section add(String title, String file, byte[] content) {
        files.put(file, content);
        titles.put(file, title);
        return this;
    }

    /** Attaches it only up to a size: what Allure is given, it copies and a browser loads. */
    Section addUpTo(int largestAttachment, String title, String file, String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        if (content.length <= largestAttachment) {
            return add(title, file, content);
        }
        files.put(file, content);
        return this;
    }

    Section add(List<ChartImage> charts) {
        charts.forEach(chart -> add(chart.title(), chart.name() + ".png", chart.png()));
        return this;
    }

    /** Writes the files below the parent and adds the step; returns the directory. */
    Path publish(Path parent, AllureSteps allure) {
        Path target = parent.resolve(directory);
        files.forEach((file, content) -> ReportFiles.write(target.resolve(file), content));
        allure.step(
                step,
                valid,
                parameters,
                () -> titles.forEach((file, title) ->
                        allure.attach(title, AttachmentType.of(file), files.getOrDefault(file, new byte[0]))));
        return target;
    }
}
