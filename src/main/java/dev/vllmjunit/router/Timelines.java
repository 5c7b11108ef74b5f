package dev.vllmjunit.router;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Timelines of completed requests, the latest ones only. Thread-safe. */
final class Timelines {

    private static final Logger LOG = LoggerFactory.getLogger(Timelines.class);

    private final int limit;
    private final Consumer<HopTimeline> observer;
    private Map<String, HopTimeline> completed = new LinkedHashMap<>();
    private boolean dropping;

    Timelines(int limit, Consumer<HopTimeline> observer) {
        this.limit = limit;
        this.observer = observer;
    }

    void add(HopTimeline timeline) {
        observer.accept(timeline);
        synchronized (this) {
            completed.remove(timeline.requestId());
            completed.put(timeline.requestId(), timeline);
            if (completed.size() > limit) {
                completed.remove(completed.keySet().iterator().next());
                warnOnce();
            }
        }
    }

    private void warnOnce() {
        if (!dropping) {
            dropping = true;
            LOG.warn("More than {} timelines were not taken; the oldest ones are dropped", limit);
        }
    }

    /** Those since the last call, in the order of completion. */
    synchronized Map<String, HopTimeline> take() {
        Map<String, HopTimeline> taken = completed;
        completed = new LinkedHashMap<>();
        dropping = false;
        return taken;
    }
}
