package dev.vllmjunit.load;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;

/**
 * Where requests go.
 *
 * @param secure whether TLS is spoken
 * @param address resolved once, before the run; unresolved when the name is unknown
 * @param authority the {@code Host} header
 * @param path request path
 * @param headers further ones of each request; they may hold credentials
 */
record Target(boolean secure, InetSocketAddress address, String authority, String path, Map<String, String> headers) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    static Target of(URI endpoint, String path, Map<String, String> headers) {
        String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        String host = endpoint.getHost();
        String prefix = String.valueOf(endpoint.getRawPath());
        if (!(scheme.equals("http") || secure) || host == null || prefix.length() > 1) {
            throw new IllegalArgumentException("the load driver's target is " + endpoint
                    + ", but must be like http://host:port or https://host:port, without a path");
        }
        int port = endpoint.getPort() >= 0 ? endpoint.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        return new Target(secure, new InetSocketAddress(host, port), host + ":" + port, path, headers);
    }

    String url() {
        return (secure ? "https://" : "http://") + authority + path;
    }

    @Override
    public String toString() {
        return url();
    }
}
