package dev.vllmjunit.preflight;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.topology.S3CacheSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is asked of an object store that somebody else runs. */
final class StoreChecks {

    private static final Duration ANSWER = Duration.ofSeconds(5);

    private StoreChecks() {}

    static List<Check> of(Site site) {
        return site.store().map(store -> of(site, store)).orElse(List.of());
    }

    private static List<Check> of(Site site, ObjectStoreAccess store) {
        List<Check> checks = new ArrayList<>();
        checks.add(new S3Check(store));
        checks.addAll(names(site, site.topology().s3Cache().orElseThrow(), store));
        checks.add(new ClockCheck(
                "S3 " + store.endpoint(), Clock.of(new ControlClient(ANSWER), store.endpoint()), Instant::now));
        return checks;
    }

    private static List<Check> names(Site site, S3CacheSpec s3, ObjectStoreAccess store) {
        List<Check> checks = new ArrayList<>();
        boolean byLmCache = s3.writer() == S3CacheSpec.Writer.LMCACHE;
        here(site, s3)
                .ifPresent(otherwise -> checks.add(
                        new BucketNameCheck("this machine", NameLookup.HERE, s3, store.endpoint(), otherwise)));
        if (byLmCache || !s3.pathStyle()) {
            site.topology().prefill().stream()
                    .map(node -> site.hosts().get(node.host()))
                    .distinct()
                    .flatMap(host -> Optional.ofNullable(host).stream())
                    .forEach(host -> checks.add(new BucketNameCheck(
                            host.name(), NameLookup.on(host), s3, store.endpoint(), Status.FAILED)));
        }
        return checks;
    }

    /** Where LMCache runs on hosts that cannot be asked, this machine's names are the best guess at theirs. */
    private static Optional<Status> here(Site site, S3CacheSpec s3) {
        if (!s3.pathStyle()) {
            return Optional.of(Status.FAILED);
        }
        boolean elsewhere = site.stack().equals("attach") && s3.writer() == S3CacheSpec.Writer.LMCACHE;
        return elsewhere ? Optional.of(Status.WARNING) : Optional.empty();
    }
}
