package dev.vllmjunit.report;

import dev.vllmjunit.evidence.InvalidReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** {@code categories.json}: how Allure sorts what is not green. Allure matches whole messages, a dot matching line ends too. */
final class Categories {

    private Categories() {}

    static String json() {
        List<Map<String, Object>> categories = new ArrayList<>();
        for (InvalidReason reason : InvalidReason.values()) {
            categories.add(category("INVALID: " + words(reason), "broken", "messageRegex", regex(reason)));
        }
        categories.add(category(
                "Declaration makes no sense",
                "broken",
                "traceRegex",
                ".*dev\\.vllmjunit\\.topology\\.DeclarationException.*"));
        categories.add(category(
                "Stack could not be provisioned",
                "broken",
                "traceRegex",
                ".*dev\\.vllmjunit\\.provision\\.ProvisionException.*"));
        categories.add(category(
                "FAIL: wrong output", "failed", "traceRegex", ".*dev\\.vllmjunit\\.evidence\\.WrongOutputError.*"));
        categories.add(category("FAIL: an expectation was not met", "failed", "messageRegex", ".*"));
        return new Json(UnaryOperator.identity()).write(categories);
    }

    static String regex(InvalidReason reason) {
        return ".*INVALID \\(" + reason + "\\).*";
    }

    private static Map<String, Object> category(String name, String status, String regexKey, String regex) {
        Map<String, Object> category = new LinkedHashMap<>();
        category.put("name", name);
        category.put("matchedStatuses", List.of(status));
        category.put(regexKey, regex);
        return category;
    }

    private static String words(InvalidReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
