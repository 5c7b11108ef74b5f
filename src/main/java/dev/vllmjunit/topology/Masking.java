package dev.vllmjunit.topology;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes credentials out of what would reach a log or a report: values of this process's environment that are credentials by
 * their name, and whatever looks like one. Thread-safe.
 */
public final class Masking {

    /** Stands where a credential stood. */
    public static final String MASK = "****";

    /** Guessed names may hold {@code 1} or {@code true}; a credential is longer. */
    private static final int SHORTEST_VALUE = 8;

    private static final String SECRET_WORD = "secret|password|passwd|private[_-]?key|access[_-]?key|api[_-]?key"
            + "|(?:auth|access|session|security|refresh|api|hf|hub)[_-]?token";
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?:.*_)?TOKEN|(?i:token|x-amz-credential|authorization|.*(?:" + SECRET_WORD + ").*)");
    private static final List<Pattern> LOOKS_SECRET = List.of(
            // A login name alone, as in ssh://lab@host, is no secret.
            Pattern.compile("(?i)(?<=(?<!ssh)://)[^/\\s@\"']+(?=@)"),
            Pattern.compile("(?i)(?<=ssh://)[^/\\s@\"':]*:[^/\\s@\"']+(?=@)"),
            Pattern.compile("(?i)(?<=\\bBearer )[\\w.~+/=-]+"),
            Pattern.compile(
                    "(?i)(?<=[?&;](?:X-Amz-(?:Signature|Credential|Security-Token)|AWSAccessKeyId|Signature)=)[^&\\s\"']+"),
            Pattern.compile("(?i)(?<=\\bSignature=)[0-9a-f]{16,}"),
            Pattern.compile("(?<=\\bCredential=)[^,&\\s]+"),
            Pattern.compile("\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b"),
            Pattern.compile("\\bhf_[A-Za-z0-9]{16,}\\b"));
    /**
     * From the secret word of a name to the value's opening quote, in any usual notation; then the value. The name of a variable that
     * stands for AWS keys is none.
     */
    private static final Pattern ASSIGNED = Pattern.compile("(?i)((?:" + SECRET_WORD
            + ")[\\w.-]{0,40}\\\\?[\"']?\\s{0,4}[:=]\\s{0,4}\\\\?[\"']?|--[\\w-]{0,40}?(?:" + SECRET_WORD
            + ")[\\w-]{0,40}\\s{1,4})(?!\\$AWS_[A-Z_]+[\"'])([^\\s\"',;&}\\\\]+)");

    private final List<String> values;

    private Masking(List<String> values) {
        this.values = values;
    }

    /** With the credentials of the given environment. */
    public static Masking of(Map<String, String> environment) {
        return new Masking(environment.entrySet().stream()
                .filter(variable -> isSecretName(variable.getKey()))
                .map(Map.Entry::getValue)
                .filter(value -> value.length() >= SHORTEST_VALUE)
                .flatMap(value -> Stream.of(value, URLEncoder.encode(value, StandardCharsets.UTF_8)))
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    /** With the credentials of this process's environment. */
    public static Masking ofProcess() {
        return of(System.getenv());
    }

    /** With the credentials of this process's environment, and the token that the settings hold. */
    public static Masking of(Settings settings) {
        Masking process = ofProcess();
        return settings.get(Setting.ATTACH_TOKEN).map(process::and).orElse(process);
    }

    /** This, and the token wherever it stands. */
    Masking and(BearerToken token) {
        return new Masking(Stream.concat(Stream.of(token.text()), values.stream())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    /** The text without credentials. */
    public String mask(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, MASK);
        }
        return patterns(masked);
    }

    /** Whether a variable, key or header of this name holds a credential, for instance {@code HF_TOKEN}. */
    public static boolean isSecretName(String name) {
        return SECRET_NAME.matcher(name).matches();
    }

    /** The text without what looks like a credential, whatever the environment holds. */
    static String patterns(String text) {
        String masked = ASSIGNED.matcher(text).replaceAll("$1" + MASK);
        for (Pattern pattern : LOOKS_SECRET) {
            masked = pattern.matcher(masked).replaceAll(MASK);
        }
        return masked;
    }
}
