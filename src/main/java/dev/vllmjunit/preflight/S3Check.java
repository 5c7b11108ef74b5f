package dev.vllmjunit.preflight;

import dev.vllmjunit.kvstore.BucketProbe;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.ObjectStoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether the bucket can be used with the credentials of this process.
 *
 * @param store the bucket
 */
record S3Check(ObjectStoreAccess store) implements Check {

    /** Four calls, of which one that gets no answer is followed by one more at most. */
    private static final Duration CALL = Duration.ofSeconds(4);

    @Override
    public CheckId id() {
        return CheckId.S3;
    }

    @Override
    public String where() {
        return store.endpoint() + ", bucket " + store.bucket();
    }

    @Override
    public Finding examine() {
        List<BucketProbe.Step> steps = BucketProbe.of(store, CALL);
        Optional<ObjectStoreException> first =
                steps.stream().flatMap(step -> step.fault().stream()).findFirst();
        return first.map(fault -> Finding.failed(
                        steps.stream().map(S3Check::described).collect(Collectors.joining("; ")), fault.remedy()))
                .orElseGet(() -> Finding.ok("list, put, get and delete of one object"));
    }

    private static String described(BucketProbe.Step step) {
        return step.operation() + ": "
                + step.fault().map(ObjectStoreException::what).orElse("ok");
    }
}
