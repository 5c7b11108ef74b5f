package dev.vllmjunit.diagnosis;

import dev.vllmjunit.diagnosis.PartLog.Line;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether the clocks of LMCache's server and of the gateway agree, by the times of what they logged last. */
final class Clocks {

    /** What the protocol tolerates; lines of one test are not as far apart. */
    private static final Duration TOLERATED = Duration.ofMinutes(15);

    /** In local time; what it says of its configuration may be from long before. */
    private static final Pattern CACHE_SERVER =
            Pattern.compile("^\\[(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d),\\d+] LMCache (?:WARNING|ERROR)");

    private static final Pattern GATEWAY =
            Pattern.compile("^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+[+-]\\d{4}) .* beast: ");
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXX");

    private Clocks() {}

    private record Stamped(PartLog log, Line line, String time) {

        Evidence evidence() {
            return log.evidence(line);
        }
    }

    /** The two lines; nothing where they may be of the same time. */
    static List<Evidence> apart(Symptoms symptoms) {
        Optional<Stamped> server = last(symptoms, Part.CACHE_SERVER, CACHE_SERVER);
        Optional<Stamped> gateway = last(symptoms, Part.OBJECT_STORE, GATEWAY);
        return server.isPresent() && gateway.isPresent() && areApart(server.get().time, gateway.get().time)
                ? List.of(server.get().evidence(), gateway.get().evidence())
                : List.of();
    }

    private static Optional<Stamped> last(Symptoms symptoms, Part part, Pattern stamp) {
        return Clues.logs(symptoms, part)
                .flatMap(log -> log.lines().stream().flatMap(line -> stamped(log, line, stamp)))
                .reduce((earlier, later) -> later);
    }

    private static Stream<Stamped> stamped(PartLog log, Line line, Pattern stamp) {
        Matcher found = stamp.matcher(line.text());
        return found.find() ? Stream.of(new Stamped(log, line, found.group(1))) : Stream.empty();
    }

    /** In whichever zone the server is: this machine's, or that of a container. */
    private static boolean areApart(String server, String gateway) {
        Instant there = OffsetDateTime.parse(gateway, WITH_OFFSET).toInstant();
        LocalDateTime here = LocalDateTime.parse(server, LOCAL);
        Predicate<ZoneId> differs = zone ->
                Duration.between(here.atZone(zone), there.atZone(zone)).abs().compareTo(TOLERATED) > 0;
        return differs.test(ZoneOffset.UTC) && differs.test(ZoneId.systemDefault());
    }
}
