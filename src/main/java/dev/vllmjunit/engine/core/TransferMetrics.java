package dev.vllmjunit.engine.core;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** KV transfers: observed on the side that pulls, expired leases on the side that keeps. Bytes are full size. Thread-safe. */
final class TransferMetrics {

    private static final double NANOS = 1e9;

    private final DistributionDataPoint transferTime;
    private final DistributionDataPoint postTime;
    private final DistributionDataPoint bytes;
    private final DistributionDataPoint descriptors;
    private final CounterDataPoint failed;
    private final CounterDataPoint failedNotifications;
    private final CounterDataPoint expired;

    TransferMetrics(MetricFamilies families) {
        transferTime = families.histogram(
                "vllm:nixl_xfer_time_seconds",
                "Histogram of transfer duration for NIXL KV Cache transfers.",
                MetricBuckets.TRANSFER);
        postTime = families.histogram(
                "vllm:nixl_post_time_seconds",
                "Histogram of transfer post time for NIXL KV Cache transfers.",
                MetricBuckets.POST);
        bytes = families.histogram(
                "vllm:nixl_bytes_transferred",
                "Histogram of bytes transferred per NIXL KV Cache transfers.",
                MetricBuckets.TRANSFER_BYTES);
        descriptors = families.histogram(
                "vllm:nixl_num_descriptors",
                "Histogram of number of descriptors per NIXL KV Cache transfers.",
                MetricBuckets.DESCRIPTORS);
        failed = families.counter(
                "vllm:nixl_num_failed_transfers",
                "Number of failed NIXL KV Cache transfers, including handshake and notification failures.");
        failedNotifications =
                families.counter("vllm:nixl_num_failed_notifications", "Number of failed NIXL KV Cache notifications.");
        expired = families.counter(
                "vllm:nixl_num_kv_expired_reqs", "Number of requests that had their KV expire, counted on prefill.");
        families.counter(
                "vllm:nixl_num_notifications_after_expiry",
                "Number of notifications for expired requests; always 0, as expired blocks cannot be read here.");
    }

    /** A pull is through. */
    void transferred(long nanos, long postNanos, long fullSizeBytes, int descriptorCount) {
        transferTime.observe(nanos / NANOS);
        postTime.observe(postNanos / NANOS);
        bytes.observe((double) fullSizeBytes);
        descriptors.observe(descriptorCount);
    }

    void failed() {
        failed.inc();
    }

    /** As in vLLM, a failed notification is a failed transfer, too. */
    void notificationFailed() {
        failed.inc();
        failedNotifications.inc();
    }

    void expired() {
        expired.inc();
    }
}
