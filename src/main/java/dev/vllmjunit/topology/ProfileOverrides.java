package dev.vllmjunit.topology;

import java.util.Optional;
import java.util.OptionalInt;

/** Lays settings over a profile: a setting wins wherever somebody gave it. */
final class ProfileOverrides {

    private ProfileOverrides() {}

    static Profile apply(Profile profile, Settings settings) {
        return new Profile(
                profile.name(),
                model(profile.model(), settings),
                node(profile.prefill(), settings.get(Setting.PREFILL_PORT)),
                node(profile.decode(), settings.get(Setting.DECODE_PORT)),
                kvTransfer(profile.kvTransfer(), settings.get(Setting.SIDE_CHANNEL_PORT)),
                profile.s3Cache().map(s3 -> s3Cache(s3, settings)),
                profile.embedded(),
                profile.links(),
                attach(profile.attach(), settings),
                local(settings),
                profile.docker(),
                workload(profile.workload(), settings),
                profile.lint(),
                profile.expectations());
    }

    private static ModelSpec model(ModelSpec model, Settings settings) {
        return new ModelSpec(
                settings.get(Setting.MODEL).orElse(model.id()),
                model.parameters(),
                model.layers(),
                model.hiddenSize(),
                model.kvHeads(),
                model.headDim(),
                model.bytesPerElement(),
                model.maxModelLength(),
                model.attentionHeads());
    }

    private static Profile.NodeDefaults node(Profile.NodeDefaults node, Optional<Integer> port) {
        return new Profile.NodeDefaults(
                node.accelerator(),
                node.tensorParallelism(),
                node.blockSize(),
                node.host(),
                port.map(OptionalInt::of).orElse(node.port()),
                node.image(),
                node.environment(),
                node.arguments());
    }

    private static KvTransferSpec kvTransfer(KvTransferSpec transfer, Optional<Integer> sideChannelPort) {
        return new KvTransferSpec(
                transfer.connector(),
                transfer.bufferDevice(),
                sideChannelPort.map(OptionalInt::of).orElse(transfer.sideChannelPort()),
                transfer.lease(),
                transfer.enforceHandshakeCompatibility());
    }

    private static S3CacheSpec s3Cache(S3CacheSpec s3, Settings settings) {
        return new S3CacheSpec(
                settings.get(Setting.S3_BUCKET).orElse(s3.bucket()),
                settings.get(Setting.S3_ENDPOINT).or(s3::endpoint),
                settings.get(Setting.S3_REGION).orElse(s3.region()),
                settings.get(Setting.S3_PATH_STYLE).orElse(s3.pathStyle()),
                settings.get(Setting.S3_WRITER).orElse(s3.writer()),
                s3.chunkTokens(),
                settings.get(Setting.S3_KEY_PREFIX).orElse(s3.keyPrefix()));
    }

    private static Profile.LocalSettings local(Settings settings) {
        return new Profile.LocalSettings(settings.get(Setting.LOCAL_HOME), settings.get(Setting.LOCAL_MODEL));
    }

    private static Profile.Workload workload(Profile.Workload workload, Settings settings) {
        return new Profile.Workload(
                settings.get(Setting.DOCUMENTS).orElse(workload.documents()),
                settings.get(Setting.DOCUMENT_LENGTH).orElse(workload.documentLength()),
                settings.get(Setting.PROMPT_COUNT).orElse(workload.promptCount()),
                settings.get(Setting.OUTPUT_TOKENS).orElse(workload.outputTokens()),
                settings.get(Setting.CONCURRENCY).orElse(workload.concurrency()));
    }

    private static Profile.AttachSettings attach(Profile.AttachSettings attach, Settings settings) {
        return new Profile.AttachSettings(
                settings.get(Setting.ATTACH_PREFILL).orElse(attach.prefill()),
                settings.get(Setting.ATTACH_DECODE).orElse(attach.decode()),
                settings.get(Setting.ATTACH_CACHE_SERVER).or(attach::cacheServer),
                settings.get(Setting.ATTACH_ROUTER).or(attach::router));
    }
}
