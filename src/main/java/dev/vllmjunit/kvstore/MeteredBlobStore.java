package dev.vllmjunit.kvstore;

import com.google.common.collect.Iterables;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.domain.Blob;
import org.jclouds.blobstore.options.GetOptions;
import org.jclouds.blobstore.options.PutOptions;
import org.jclouds.blobstore.util.ForwardingBlobStore;
import org.jclouds.http.HttpResponse;
import org.jclouds.http.HttpResponseException;
import org.jspecify.annotations.Nullable;

/** Counts what goes through it, and refuses to hold more than a limit: the objects lie on this JVM's heap. */
final class MeteredBlobStore extends ForwardingBlobStore {

    private static final int INSUFFICIENT_STORAGE = 507;

    private final long capacityBytes;
    private final Map<String, Long> sizes = new ConcurrentHashMap<>();
    private final AtomicLong held = new AtomicLong();
    private final LongAdder gets = new LongAdder();
    private final LongAdder getBytes = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder putBytes = new LongAdder();
    private final LongAdder deletes = new LongAdder();

    MeteredBlobStore(BlobStore delegate, long capacityBytes) {
        super(delegate);
        this.capacityBytes = capacityBytes;
    }

    StoreTraffic traffic() {
        return new StoreTraffic(gets.sum(), getBytes.sum(), puts.sum(), putBytes.sum(), deletes.sum());
    }

    @Override
    public @Nullable Blob getBlob(String container, String name, GetOptions options) {
        Blob blob = super.getBlob(container, name, options);
        if (blob != null) {
            gets.increment();
            getBytes.add(size(blob));
        }
        return blob;
    }

    @Override
    public String putBlob(String container, Blob blob, PutOptions options) {
        long bytes = size(blob);
        reserve(container, blob.getMetadata().getName(), bytes);
        String etag = super.putBlob(container, blob, options);
        puts.increment();
        putBytes.add(bytes);
        return etag;
    }

    @Override
    public void removeBlob(String container, String name) {
        super.removeBlob(container, name);
        release(container, name);
    }

    @Override
    public void removeBlobs(String container, Iterable<String> names) {
        super.removeBlobs(container, names);
        Iterables.unmodifiableIterable(names).forEach(name -> release(container, name));
    }

    private void reserve(String container, String name, long bytes) {
        if (held.get() + bytes > capacityBytes) {
            throw new HttpResponseException(
                    "the embedded object store holds " + held.get() + " of " + capacityBytes + " bytes",
                    null,
                    HttpResponse.builder().statusCode(INSUFFICIENT_STORAGE).build());
        }
        Long before = sizes.put(container + "/" + name, bytes);
        held.addAndGet(bytes - (before == null ? 0 : before));
    }

    private void release(String container, String name) {
        deletes.increment();
        Long before = sizes.remove(container + "/" + name);
        held.addAndGet(before == null ? 0 : -before);
    }

    private static long size(Blob blob) {
        Long bytes = blob.getPayload().getContentMetadata().getContentLength();
        return bytes == null ? 0 : bytes;
    }
}
