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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What tests of the local stack ask for: one prefill node, one decode node and an S3 cache. */
final class Requests {

    private Requests() {}

    static ProvisionRequest request(
            String profile, Map<String, String> settings, Optional<S3CacheSpec.Writer> writer, Path logs) {
        Profile loaded = new ProfileLoader(Path.of("profiles"))
                .load(profile)
                .with(new Settings(settings, Map.of(), name -> Optional.empty()));
        Declaration declaration = new Declaration(
                "class com.example.LocalTest",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, 1, 0, "")),
                Optional.of(new Declaration.S3("", writer)));
        return new ProvisionRequest(TopologyMerge.merge(declaration, loaded), loaded, logs, Duration.ofMinutes(5));
    }
}
