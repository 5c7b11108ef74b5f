package dev.vllmjunit.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Things that belong together: a directory of files, and an Allure step with the same as attachments. */
final class Section {

    private record Item(String title, String file, byte[] content) {}

    private final String directory;
    private final String step;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final List<Item> items = new ArrayList<>();
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
        items.add(new Item(title, file, content));
        return this;
    }

    Section add(List<ChartImage> charts) {
        charts.forEach(chart -> add(chart.title(), chart.name() + ".png", chart.png()));
        return this;
    }

    /** Writes the files below the parent and adds the step; returns the directory. */
    Path publish(Path parent, AllureSteps allure) {
        Path target = parent.resolve(directory);
        items.forEach(item -> ReportFiles.write(target.resolve(item.file()), item.content()));
        allure.step(step, valid, parameters, () -> items.forEach(
                item -> allure.attach(item.title(), AttachmentType.of(item.file()), item.content())));
        return target;
    }
}
