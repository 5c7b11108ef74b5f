package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What tests of the local stack ask for: one prefill node, one decode node and an S3 cache. */
public final class Requests {

    /** A Python environment with vLLM, NIXL and LMCache; empty where none is named and tests of real processes are skipped. */
    public static final String HOME = System.getProperty("vllm.local.home", "");

    private Requests() {}

    static ProvisionRequest request(
            String profile, Map<String, String> settings, Optional<S3CacheSpec.Writer> writer, Path logs) {
        return request(new ProfileLoader(Path.of("profiles")).load(profile), settings, writer, logs);
    }

    /**
     * The profile {@code local}, changed, in the environment that is named.
     *
     * @param changes YAML of the same form
     */
    public static ProvisionRequest changed(String changes, Map<String, String> settings, Path directory) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("vllm.local.home", HOME);
        try {
            Path profiles = Files.createDirectories(directory.resolve("profiles"));
            for (String name : List.of("nixl-s3.yaml", "local.yaml")) {
                Files.copy(Path.of("profiles", name), profiles.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(profiles.resolve("changed.yaml"), "extends: local\n" + changes);
            return request(new ProfileLoader(profiles).load("changed"), all, Optional.empty(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProvisionRequest request(
            Profile profile, Map<String, String> settings, Optional<S3CacheSpec.Writer> writer, Path logs) {
        Profile loaded = profile.with(new Settings(settings, Map.of(), name -> Optional.empty()));
        Declaration declaration = new Declaration(
                "class com.example.LocalTest",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, 1, 0, "")),
                Optional.of(new Declaration.S3("", writer)));
        return new ProvisionRequest(TopologyMerge.merge(declaration, loaded), loaded, logs, Duration.ofMinutes(5));
    }
}
