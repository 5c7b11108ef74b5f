package dev.vllmjunit.report;

import java.util.Arrays;
import java.util.Locale;

/** What Allure is told about an attachment, which decides how it shows it. */
enum AttachmentType {
    HTML("text/html"),
    TXT("text/plain"),
    CSV("text/csv"),
    JSON("application/json"),
    JSONL("application/x-ndjson"),
    PNG("image/png");

    private final String contentType;

    AttachmentType(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    String ending() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By the ending of a file's name; text where it is another. */
    static AttachmentType of(String fileName) {
        return Arrays.stream(values())
                .filter(type -> fileName.toLowerCase(Locale.ROOT).endsWith("." + type.ending()))
                .findFirst()
                .orElse(TXT);
    }
}
