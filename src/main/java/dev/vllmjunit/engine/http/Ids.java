package dev.vllmjunit.engine.http;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** Random ids in vLLM's form. */
final class Ids {

    private Ids() {}

    /** 16 hexadecimal digits. */
    static String random() {
        return String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
    }

    /** vLLM's internal id: unique in the node even when clients repeat a request id. */
    static String internal(String external) {
        return external + "-" + random().substring(0, 8);
    }
}
