package dev.vllmjunit.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What a reader sees first when opening a test in Allure: its runs side by side, its expectations, its charts. */
final class TestOverview {

    private static final class Seen {
        private final List<RunFigures> runs = new ArrayList<>();
        private final List<Table> tables = new ArrayList<>();
        private List<ChartImage> charts = List.of();

        private String html() {
            List<Table> all = new ArrayList<>(tables);
            if (!runs.isEmpty()) {
                all.add(0, ComparisonTable.of(runs));
            }
            return Html.fragment(all, charts);
        }
    }

    private final AllureSteps allure;
    private final Map<String, Seen> tests = new ConcurrentHashMap<>();

    TestOverview(AllureSteps allure) {
        this.allure = allure;
    }

    void add(RunFigures run) {
        update(seen -> seen.runs.add(run));
    }

    void add(Table table) {
        update(seen -> seen.tables.add(table));
    }

    /** The charts of the latest comparison. */
    void show(List<ChartImage> charts) {
        update(seen -> seen.charts = List.copyOf(charts));
    }

    private void update(Consumer<Seen> change) {
        allure.test()
                .ifPresent(test -> tests.compute(test, (id, known) -> {
                    Seen seen = known == null ? new Seen() : known;
                    change.accept(seen);
                    allure.describe(id, seen.html());
                    return seen;
                }));
    }
}
