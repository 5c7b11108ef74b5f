package dev.vllmjunit.topology;

import java.lang.module.ModuleDescriptor.Version;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a text of a profile or of a setting becomes a value.
 *
 * @param allowed what may be written, as the end of the sentence "write …"
 * @param reader throws {@link IllegalArgumentException} (or {@link ArithmeticException}) for what may not
 * @param secret whether no message may show the text
 */
record ValueType<T>(String allowed, Function<String, T> reader, boolean secret) {

    static final ValueType<String> TEXT = new ValueType<>("a text that is not empty", ValueType::text);
    static final ValueType<BearerToken> TOKEN =
            new ValueType<>("8 or more visible ASCII characters without a space", BearerToken::of, true);
    static final ValueType<Boolean> FLAG = new ValueType<>("true or false", ValueType::flag);
    static final ValueType<Integer> PORT = count(1, 65_535);
    static final ValueType<Integer> COUNT = count(1, Integer.MAX_VALUE);
    static final ValueType<Long> BIG_COUNT = new ValueType<>("a whole number of 1 or more", text -> whole(text, 1));
    static final ValueType<Double> POSITIVE =
            new ValueType<>("a number greater than 0", text -> inRange(decimal(text), Double.MIN_VALUE));
    static final ValueType<Double> NUMBER = new ValueType<>("a number", ValueType::decimal);
    static final ValueType<Duration> DURATION = new ValueType<>(
            "a time longer than 0 with its unit (ms, s, m or h), for instance 30s", ValueType::duration);
    static final ValueType<URI> HTTP_URL =
            new ValueType<>("a URL that begins with http:// or https:// and names a host", ValueType::url);
    static final ValueType<List<URI>> HTTP_URLS = new ValueType<>(
            "URLs that begin with http:// or https://, separated by commas", text -> Arrays.stream(text.split(","))
                    .map(String::strip)
                    .map(ValueType::url)
                    .toList());
    static final ValueType<String> VERSION =
            new ValueType<>("a version, for instance \"0.32.0\"", text -> Version.parse(text.strip())
                    .toString());
    static final ValueType<Path> DIRECTORY = new ValueType<>("a directory's path", Path::of);
    static final ValueType<Path> FILE = new ValueType<>("a file's path", Path::of);

    static final ValueType<String> SIZE =
            new ValueType<>("a size with its unit (k, m or g), for instance 16g", ValueType::size);
    static final ValueType<String> VOLUME = new ValueType<>(
            "HOST-PATH:CONTAINER-PATH, both absolute or the first with ~, with :ro behind them if one likes",
            ValueType::volume);
    static final ValueType<URI> DOCKER_URL =
            new ValueType<>("unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST", ValueType::dockerUrl);

    static final ValueType<String> HISTORY =
            new ValueType<>("a directory's path, s3://BUCKET/PREFIX, or off", ValueType::history);

    private static final Pattern SIZE_TEXT = Pattern.compile("[1-9]\\d{0,8}[kmg]");
    private static final Pattern VOLUME_TEXT = Pattern.compile("[/~][^:]*:/[^:]*(:ro)?");
    private static final Pattern DOCKER_URL_TEXT = Pattern.compile(
            "unix:///[^?#]+|tcp://[^/:?#@]+:\\d{1,5}|tcp://\\[[0-9a-fA-F:]+\\]:\\d{1,5}|ssh://[^/?#:]+(:\\d{1,5})?");
    private static final Pattern S3_LOCATION = Pattern.compile("s3://[a-z0-9][a-z0-9.-]+(/[^?#]*)?");
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms",
            Duration.ofMillis(1),
            "s",
            Duration.ofSeconds(1),
            "m",
            Duration.ofMinutes(1),
            "h",
            Duration.ofHours(1));

    /** Whose texts may be shown. */
    ValueType(String allowed, Function<String, T> reader) {
        this(allowed, reader, false);
    }

    static ValueType<Integer> count(int min, int max) {
        String allowed = max == Integer.MAX_VALUE
                ? "a whole number of " + min + " or more"
                : "a whole number from " + min + " to " + max;
        return new ValueType<>(allowed, text -> {
            long value = whole(text, min);
            if (value > max) {
                throw new IllegalArgumentException();
            }
            return (int) value;
        });
    }

    /** One of an enum's names, in any case, with {@code -} for {@code _} if one likes. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        String names = Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "));
        return new ValueType<>(
                "one of " + names,
                text -> Enum.valueOf(type, text.strip().replace('-', '_').toUpperCase(Locale.ROOT)));
    }

    static ValueType<String> oneOf(String... choices) {
        return new ValueType<>("one of " + String.join(", ", choices), text -> Arrays.stream(choices)
                .filter(text.strip()::equals)
                .findFirst()
                .orElseThrow(IllegalArgumentException::new));
    }

    /** The value, or what {@code failure} makes of the sentence {@code is "x"; write …}. */
    T read(String text, Function<String, ? extends RuntimeException> failure) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException | ArithmeticException notAllowed) {
            String shown = secret ? Masking.MASK : Masking.patterns(text);
            throw failure.apply("is \"" + shown + "\"; write " + allowed);
        }
    }

    private static String size(String text) {
        return matching(text, SIZE_TEXT);
    }

    private static String volume(String text) {
        return matching(text, VOLUME_TEXT);
    }

    private static URI dockerUrl(String text) {
        return URI.create(matching(text, DOCKER_URL_TEXT));
    }

    private static String matching(String text, Pattern pattern) {
        if (!pattern.matcher(text.strip()).matches()) {
            throw new IllegalArgumentException();
        }
        return text.strip();
    }

    private static String text(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static String history(String text) {
        String location = text(text).strip();
        if (location.contains("://") && !S3_LOCATION.matcher(location).matches()) {
            throw new IllegalArgumentException();
        }
        return location;
    }

    private static boolean flag(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (!word.equals("true") && !word.equals("false")) {
            throw new IllegalArgumentException();
        }
        return word.equals("true");
    }

    private static long whole(String text, long min) {
        long value = new BigDecimal(digits(text)).longValueExact();
        if (value < min) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static double decimal(String text) {
        return new BigDecimal(digits(text)).doubleValue();
    }

    private static double inRange(double value, double min) {
        if (value < min) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static String digits(String text) {
        return text.strip().replace("_", "");
    }

    private static Duration duration(String text) {
        Matcher amount = AMOUNT.matcher(text.strip());
        if (!amount.matches() || Long.parseLong(amount.group(1)) == 0) {
            throw new IllegalArgumentException();
        }
        return UNITS.getOrDefault(amount.group(2), Duration.ZERO).multipliedBy(Long.parseLong(amount.group(1)));
    }

    private static URI url(String text) {
        URI url = URI.create(text.strip());
        if (url.getHost() == null || !List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
            throw new IllegalArgumentException();
        }
        return url;
    }
}
