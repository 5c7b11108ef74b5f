package dev.vllmjunit.topology;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds and reads profiles: {@code NAME.yaml} in the project's profiles directory, or else the one of that name that comes
 * with this library. A profile may extend another, whose values it inherits where it is silent. Immutable.
 */
public final class ProfileLoader {

    /** The profiles that come with this library. */
    public static final List<String> SHIPPED = List.of("local", "nixl-only", "nixl-s3");

    private static final String RESOURCES = "/dev/vllmjunit/profiles/";
    private static final String ENDING = ".yaml";

    private final Path directory;

    /** Reads from the given directory first; it need not exist. */
    public ProfileLoader(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads from the directory that the settings name ({@code vllm.profiles.dir}), {@code profiles} unless they do.
     *
     * @throws SettingException if they name one that does not exist
     */
    public static ProfileLoader of(Settings settings) {
        settings.get(Setting.PROFILES_DIRECTORY)
                .filter(path -> !Files.isDirectory(path))
                .ifPresent(path -> {
                    throw settings.unusable(
                            Setting.PROFILES_DIRECTORY,
                            "names no directory: " + path.toAbsolutePath() + "; create it or correct the path");
                });
        return new ProfileLoader(settings.require(Setting.PROFILES_DIRECTORY));
    }

    /**
     * Reads a profile.
     *
     * @param name the file's name without its ending
     * @throws ProfileException if there is none of that name, or something in it is wrong
     */
    public Profile load(String name) {
        return ProfileReader.read(name, document(name, List.of()));
    }

    /** Names of the profiles that exist, sorted. */
    public List<String> available() {
        TreeSet<String> names = new TreeSet<>(SHIPPED);
        names.addAll(inDirectory());
        return List.copyOf(names);
    }

    private Yaml.Mapping document(String name, List<String> extendedBy) {
        Source source = find(name);
        Yaml.Mapping document = YamlParser.parse(source.file(), source.text());
        Optional<String> base = Section.of("", document, ProfileReader.KEYS).value("extends", ValueType.TEXT);
        return base.map(extended -> document.over(base(extended, name, extendedBy, document)))
                .orElse(document);
    }

    private Yaml.Mapping base(String extended, String name, List<String> extendedBy, Yaml.Mapping document) {
        List<String> chain = new ArrayList<>(extendedBy);
        chain.add(name);
        if (chain.contains(extended)) {
            throw new ProfileException(document.at().file() + ": the profile extends itself: "
                    + String.join(" -> ", chain) + " -> " + extended + "; remove one extends");
        }
        return document(extended, chain);
    }

    private Source find(String name) {
        Path file = directory.resolve(name + ENDING);
        boolean plain = !name.isBlank() && Path.of(name).getNameCount() == 1 && !name.startsWith(".");
        return Optional.of(file)
                .filter(path -> plain && Files.isRegularFile(path))
                .map(ProfileLoader::fromDirectory)
                .or(() -> plain ? fromJar(name) : Optional.empty())
                .orElseThrow(() -> missing(name));
    }

    private static Source fromDirectory(Path file) {
        try {
            return new Source(file.toString(), Files.readString(file));
        } catch (IOException unreadable) {
            throw new ProfileException(
                    file + " cannot be read: " + unreadable + "; it has to be readable UTF-8", unreadable);
        }
    }

    private static Optional<Source> fromJar(String name) {
        String resource = RESOURCES + name + ENDING;
        try (InputStream stream = ProfileLoader.class.getResourceAsStream(resource)) {
            return stream == null
                    ? Optional.empty()
                    : Optional.of(new Source(
                            "classpath:" + resource, new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException unreadable) {
            throw new ProfileException("classpath:" + resource + " cannot be read: " + unreadable, unreadable);
        }
    }

    private ProfileException missing(String name) {
        String bare = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
        return new ProfileException("there is no profile " + name + Nearest.question(bare, available())
                + " Profiles that exist: " + String.join(", ", available()) + ". Searched for " + name + ENDING + " in "
                + directory.toAbsolutePath().normalize()
                + (Files.isDirectory(directory) ? "" : " (which does not exist)")
                + " and in classpath:" + RESOURCES);
    }

    private List<String> inDirectory() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(ENDING))
                    .map(file -> file.substring(0, file.length() - ENDING.length()))
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private record Source(String file, String text) {}
}
