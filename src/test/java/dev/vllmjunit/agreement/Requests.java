package dev.vllmjunit.agreement;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The profile {@code local} with one node of each role and an S3 cache, for either stack. */
final class Requests {

    private Requests() {}

    static ProvisionRequest request(Path logs) {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("local")
                .with(new Settings(dev.vllmjunit.provision.local.Requests.home(), Map.of(), name -> Optional.empty()));
        Declaration declaration = new Declaration(
                "class AgreementIT",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.CPU, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.CPU, 1, 0, "")),
                Optional.of(new Declaration.S3("", Optional.empty())));
        return new ProvisionRequest(TopologyMerge.merge(declaration, profile), profile, logs, Duration.ofMinutes(5));
    }

    /** The same with times from a file. */
    static ProvisionRequest calibrated(ProvisionRequest request, Path calibration) {
        Profile profile = request.profile();
        Profile.EmbeddedSettings embedded = profile.embedded();
        return new ProvisionRequest(
                request.topology(),
                new Profile(
                        profile.name(),
                        profile.model(),
                        profile.prefill(),
                        profile.decode(),
                        profile.kvTransfer(),
                        profile.s3Cache(),
                        new Profile.EmbeddedSettings(
                                embedded.kvScale(),
                                embedded.deviceCacheTokens(),
                                embedded.hostCacheTokens(),
                                embedded.maxBatchedTokens(),
                                Optional.of(calibration)),
                        profile.links(),
                        profile.attach(),
                        profile.local(),
                        profile.docker(),
                        profile.workload(),
                        profile.lint(),
                        profile.expectations()),
                request.logDirectory(),
                request.startTimeout());
    }
}
