package dev.vllmjunit.topology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What this run was told from outside: for each {@link Setting} the system property, else the environment variable, else the
 * JUnit configuration parameter; a blank one counts as not given. Every value is checked when the settings are made.
 * Immutable.
 */
public final class Settings {

    static final String PREFIX = "vllm.";
    static final String ENVIRONMENT_PREFIX = "VLLM_JUNIT_";

    private final Map<Setting<?>, Given> given = new HashMap<>();

    /**
     * Reads and checks every setting.
     *
     * @param properties system properties; others than {@code vllm.*} are ignored
     * @param environment environment variables; others than {@code VLLM_JUNIT_*} are ignored
     * @param junitParameters looks up a JUnit configuration parameter
     * @throws SettingException for a name in those spaces that is no setting, or a value that is not allowed
     */
    public Settings(
            Map<String, String> properties,
            Map<String, String> environment,
            Function<String, Optional<String>> junitParameters) {
        refuseUnknown(
                "system property",
                properties,
                PREFIX,
                Setting.all().stream().map(Setting::key).toList());
        refuseUnknown(
                "environment variable",
                environment,
                ENVIRONMENT_PREFIX,
                Setting.all().stream().map(Setting::environmentName).toList());
        for (Setting<?> setting : Setting.all()) {
            find(setting, properties, environment, junitParameters).ifPresent(found -> given.put(setting, found));
        }
    }

    /** This process's settings. */
    public static Settings ofProcess(Function<String, Optional<String>> junitParameters) {
        Map<String, String> properties = System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(PREFIX))
                .collect(Collectors.toMap(name -> name, name -> System.getProperty(name, "")));
        return new Settings(properties, System.getenv(), junitParameters);
    }

    /** The value somebody gave. */
    public <T> Optional<T> get(Setting<T> setting) {
        return Optional.ofNullable(given.get(setting)).map(found -> found.read(setting.type()));
    }

    /**
     * The value somebody gave, or the setting's default.
     *
     * @throws NoSuchElementException if the setting has no default of its own; ask {@link #get} for it
     */
    public <T> T require(Setting<T> setting) {
        return get(setting)
                .or(() -> setting.defaultText()
                        .map(text -> setting.type().reader().apply(text)))
                .orElseThrow(() -> new NoSuchElementException(setting + " is not given and has no default"));
    }

    /**
     * The profile to use for a declaration: the given one; else on the local stack what an ordinary machine can serve, elsewhere the
     * guide's configuration that fits.
     */
    public String profileFor(Declaration declaration) {
        return get(Setting.PROFILE).orElseGet(() -> {
            String guide = declaration.s3Cache().isPresent() ? "nixl-s3" : "nixl-only";
            return require(Setting.STACK).equals("local") ? "local" : guide;
        });
    }

    /** An error about a given value that only its user can find out, naming where it came from. */
    public SettingException unusable(Setting<?> setting, String said) {
        Given found = given.get(setting);
        return new SettingException((found == null ? setting.key() : found.source()) + " " + said);
    }

    private static Optional<Given> find(
            Setting<?> setting,
            Map<String, String> properties,
            Map<String, String> environment,
            Function<String, Optional<String>> junitParameters) {
        String variable = setting.environmentName();
        Optional<Given> found = given(
                        "system property " + setting.key(), Optional.ofNullable(properties.get(setting.key())))
                .or(() -> given("environment variable " + variable, Optional.ofNullable(environment.get(variable))))
                .or(() ->
                        given("JUnit configuration parameter " + setting.key(), junitParameters.apply(setting.key())));
        found.ifPresent(value -> value.read(setting.type()));
        return found;
    }

    private static Optional<Given> given(String source, Optional<String> text) {
        return text.filter(value -> !value.isBlank()).map(value -> new Given(source, value.strip()));
    }

    private static void refuseUnknown(String source, Map<String, String> names, String prefix, List<String> known) {
        names.keySet().stream()
                .filter(name -> name.startsWith(prefix) && !known.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw new SettingException(source + " " + name + " is no setting" + Nearest.question(name, known)
                            + " Settings: " + String.join(", ", known));
                });
    }

    /** A text and where it was found; the text is kept out of {@code toString}, it may be a URL with a password. */
    private record Given(String source, String text) {
        <T> T read(ValueType<T> type) {
            return type.read(text, said -> new SettingException(source + " " + said));
        }

        @Override
        public String toString() {
            return source;
        }
    }
}
