package dev.vllmjunit.provision.local;

import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.vllm.LogTail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a RADOS Gateway has answered, from the line that it logs of each request (at {@code debug rgw = 1}, since Ceph 14): method, path,
 * status and bytes of both bodies. Its performance counters would not do: {@code get} counts HEADs and failed requests, too. Left out
 * are failed requests and those of this library's own client. Reads on from where it stopped. Thread-safe.
 */
final class GatewayLog implements Supplier<StoreTraffic> {

    private static final Pattern REQUEST = Pattern.compile(
            "\"(?<method>GET|PUT|DELETE) /(?<bucket>[^/ ?]+)/(?<key>[^ ?]+)(?<query>\\?\\S*)? HTTP/[0-9.]+\""
                    + " 2[0-9]{2} (?<bytes>[0-9]+) (?<referer>\\S+) \"?(?<agent>[^ \"]*)");
    /** Sub-resources are no objects; these parameters name none. */
    private static final Pattern NO_SUBRESOURCE = Pattern.compile("\\?(x-id=[A-Za-z]+|.*partNumber=.*)?");

    private static final String ACCESS = " beast: ";
    private static final String OWN_CLIENT = "aws-sdk-java/";

    private final Path log;
    private final String bucket;
    private long position;
    private StoreTraffic traffic = StoreTraffic.NONE;

    private GatewayLog(Path log, String bucket, long position) {
        this.log = log;
        this.bucket = bucket;
        this.position = position;
    }

    /** Of requests to a bucket that are not in the log yet. */
    static GatewayLog after(Path log, String bucket) {
        try {
            return new GatewayLog(log, bucket, Files.exists(log) ? Files.size(log) : 0);
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    @Override
    public synchronized StoreTraffic get() {
        wholeLines().lines().filter(line -> line.contains(ACCESS)).forEach(this::count);
        return traffic;
    }

    private String wholeLines() {
        try {
            byte[] added = LogTail.of(log, position);
            int end = endOfLastLine(added);
            position += end;
            return new String(added, 0, end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }

    private static int endOfLastLine(byte[] text) {
        int end = text.length;
        while (end > 0 && text[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private void count(String line) {
        Matcher request = REQUEST.matcher(line);
        if (request.find() && isOfCache(request)) {
            traffic = traffic.plus(of(request.group("method"), Long.parseLong(request.group("bytes"))));
        }
    }

    private boolean isOfCache(Matcher request) {
        String query = request.group("query");
        return request.group("bucket").equals(bucket)
                && !request.group("agent").startsWith(OWN_CLIENT)
                && (query == null || NO_SUBRESOURCE.matcher(query).matches());
    }

    private static StoreTraffic of(String method, long bytes) {
        return switch (method) {
            case "GET" -> new StoreTraffic(1, bytes, 0, 0, 0);
            case "PUT" -> new StoreTraffic(0, 0, 1, bytes, 0);
            default -> new StoreTraffic(0, 0, 0, 0, 1);
        };
    }

    private static ProvisionException unreadable(Path log, IOException e) {
        return new ProvisionException("cannot read the gateway's log " + log + ": " + e, e);
    }
}
