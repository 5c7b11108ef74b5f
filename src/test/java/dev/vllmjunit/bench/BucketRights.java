package dev.vllmjunit.bench;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;

/** What a bucket lets its users do. Closing gives all of it back, and the bucket. */
final class BucketRights implements AutoCloseable {

    private final ObjectStoreAccess access;
    private final S3Client s3;
    private boolean forbidden;
    private boolean deleted;

    BucketRights(ObjectStoreAccess access) {
        this.access = access;
        this.s3 = S3Client.builder()
                .endpointOverride(access.endpoint())
                .region(Region.of(access.region()))
                .forcePathStyle(access.pathStyle())
                .credentialsProvider(access.credentials())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create())
                .build();
    }

    void forbidWrites() {
        String policy =
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::%s/*"}]}"""
                        .formatted(access.bucket());
        s3.putBucketPolicy(request -> request.bucket(access.bucket()).policy(policy));
        forbidden = true;
    }

    /** An empty one. */
    void deleteBucket() {
        s3.deleteBucket(request -> request.bucket(access.bucket()));
        deleted = true;
    }

    @Override
    public void close() {
        if (forbidden) {
            s3.deleteBucketPolicy(request -> request.bucket(access.bucket()));
        }
        if (deleted) {
            try (CacheBucket bucket = new CacheBucket(access)) {
                bucket.create();
            }
        }
        s3.close();
    }
}
