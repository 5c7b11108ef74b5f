package dev.vllmjunit.kvstore;

import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** What the AWS default chain finds first, for this JVM. */
public final class AwsKeys {

    private static final String ID = "aws.accessKeyId";
    private static final String SECRET = "aws.secretAccessKey";

    private AwsKeys() {}

    /** These, until {@link #forget}. */
    public static void use(String id, String secret) {
        System.setProperty(ID, id);
        System.setProperty(SECRET, secret);
    }

    /** Those of a store. */
    public static void use(AwsCredentials credentials) {
        use(credentials.accessKeyId(), credentials.secretAccessKey());
    }

    /** None any more. */
    public static void forget() {
        System.clearProperty(ID);
        System.clearProperty(SECRET);
    }
}
