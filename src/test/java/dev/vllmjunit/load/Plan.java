package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What a request asks {@link ReferenceServer} to do with it.
 *
 * @param ttftMicros from the request's last byte to its first event
 * @param gapMicros between its events; 0 to flood it with prepared ones
 * @param tokens its events
 * @param stallMicros how long the whole server stops when it has read the request
 */
record Plan(long ttftMicros, long gapMicros, int tokens, long stallMicros) {

    /** Bytes of a body that a plan is within. */
    static final int LONGEST = 160;

    private static final Pattern FORM = Pattern.compile(
            "\\{\"ttftMicros\":(\\d+),\"gapMicros\":(\\d+),\"max_tokens\":(\\d+),\"stallMicros\":(\\d+),");

    /** Without a stall. */
    Plan(long ttftMicros, long gapMicros, int tokens) {
        this(ttftMicros, gapMicros, tokens, 0);
    }

    /** The plan at the start of a body; empty for another client's. */
    static Optional<Plan> of(byte[] body) {
        Matcher plan = FORM.matcher(new String(body, 0, Math.min(body.length, LONGEST), ISO_8859_1));
        return plan.lookingAt() ? Optional.of(of(plan)) : Optional.empty();
    }

    private static Plan of(Matcher plan) {
        return new Plan(
                Long.parseLong(plan.group(1)),
                Long.parseLong(plan.group(2)),
                Integer.parseInt(plan.group(3)),
                Long.parseLong(plan.group(4)));
    }

    /** A body that asks for it. */
    byte[] body(int promptBytes) {
        return ("{\"ttftMicros\":" + ttftMicros + ",\"gapMicros\":" + gapMicros + ",\"max_tokens\":" + tokens
                        + ",\"stallMicros\":" + stallMicros + ",\"prompt\":\"" + "x".repeat(promptBytes) + "\"}")
                .getBytes(UTF_8);
    }

    /** As many requests for it, in slots. */
    Schedule closedLoop(int slots, int requests, int promptBytes) {
        byte[] body = body(promptBytes);
        return new Schedule(
                "reference",
                "/v1/completions",
                new Arrivals.ClosedLoop(slots),
                IntStream.range(0, requests)
                        .mapToObj(index -> request(index, Duration.ZERO, body))
                        .toList());
    }

    PlannedRequest request(int index, Duration start, byte[] body) {
        return new PlannedRequest(index, 0, index, false, start, 1, tokens, body);
    }
}
