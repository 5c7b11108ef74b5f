package dev.vllmjunit.report;

import dev.vllmjunit.diagnosis.Area;
import dev.vllmjunit.evidence.InvalidReason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** {@code categories.json}: how Allure sorts what is not green. Allure matches whole messages, a dot matching line ends too. */
final class Categories {

    private static final String DECLARATION = "dev\\.vllmjunit\\.topology\\.DeclarationException";
    private static final String PROVISION = "dev\\.vllmjunit\\.provision\\.ProvisionException";

    private Categories() {}

    static String json() {
        List<Map<String, Object>> categories = new ArrayList<>();
        for (Area area : Area.values()) {
            categories.add(cause(area));
        }
        for (InvalidReason reason : EnumSet.complementOf(EnumSet.of(InvalidReason.TEST_BROKEN))) {
            categories.add(category(name(reason), "broken", "messageRegex", regex(reason)));
        }
        categories.add(category("Declaration makes no sense", "broken", "traceRegex", ".*" + DECLARATION + ".*"));
        categories.add(category("Stack could not be provisioned", "broken", "traceRegex", ".*" + PROVISION + ".*"));
        categories.add(anyOther());
        categories.add(category(
                "FAIL: wrong output", "failed", "traceRegex", ".*dev\\.vllmjunit\\.evidence\\.WrongOutputError.*"));
        categories.add(category("FAIL: an expectation was not met", "failed", "messageRegex", ".*"));
        return new Json(UnaryOperator.identity()).write(categories);
    }

    /** A failure that was traced to a cause stands there, too: its exception carries the diagnosis. */
    private static Map<String, Object> cause(Area area) {
        Map<String, Object> category =
                category("Cause: " + area.label(), "failed", "traceRegex", ".*Diagnosis: " + area.label() + ": .*");
        category.put("matchedStatuses", List.of("failed", "broken"));
        return category;
    }

    /** An exception of none of the kinds above. */
    private static Map<String, Object> anyOther() {
        Map<String, Object> category =
                category(name(InvalidReason.TEST_BROKEN), "broken", "messageRegex", "(?!.*INVALID \\(\\w+\\)).*");
        category.put("traceRegex", "(?!.*(" + DECLARATION + "|" + PROVISION + ")).*");
        return category;
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

    private static String name(InvalidReason reason) {
        return "INVALID: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
