package dev.vllmjunit.bench;

import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.router.Router;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where requests enter a stack.
 *
 * @param endpoint where they are sent
 * @param timelines the ways of the requests that ended since the last call, by request id
 * @param external whether it is a router of somebody else's, which tells no ways
 */
public record Entrance(URI endpoint, Supplier<Map<String, HopTimeline>> timelines, boolean external) {

    /** This project's router. */
    public static Entrance through(Router router) {
        return new Entrance(router.endpoint(), router::takeTimelines, false);
    }

    /** A router that runs already. */
    public static Entrance external(URI endpoint) {
        return new Entrance(endpoint, Map::of, true);
    }

    /** As of {@link Router#takeTimelines}; none where nobody tells. */
    Map<String, HopTimeline> takeTimelines() {
        return timelines.get();
    }
}
