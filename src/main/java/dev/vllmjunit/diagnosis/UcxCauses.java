package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.saidOrLogged;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;

import java.util.List;

/** Why UCX finds no way to move KV cache. What it warns of is harmless where another transport of the list is left. */
final class UcxCauses {

    private static final Clue BACKEND = saidOrLogged("NIXL_ERR_BACKEND");
    private static final Clue TRANSPORTS =
            saidOrLogged("transports? '[^ ]*' (?:are|is) not available").and(BACKEND);
    private static final Clue DEVICE =
            saidOrLogged("network device '[^']*' is not available").and(BACKEND);

    private static final Clue NOTHING_BETWEEN = saidOrLogged("no active messages transport to")
            .and(BACKEND)
            .unless(TRANSPORTS)
            .unless(DEVICE);

    static final List<Cause> ALL = List.of(
            cause(
                    "ucx-transport-missing",
                    HIGH,
                    "`UCX_TLS` names transports of hardware that is not there, and none that moves data between nodes",
                    "`UCX WARN transports … are not available`, then `NIXL_ERR_BACKEND`",
                    "one of the transports that the line lists, with `tcp` among them: `UCX_TLS=tcp,self,sm`. `rc,sm,self` needs RDMA",
                    TRANSPORTS),
            cause(
                    "ucx-device-missing",
                    HIGH,
                    "`UCX_NET_DEVICES` names a network device that is not there",
                    "`UCX WARN network device … is not available`, then `NIXL_ERR_BACKEND`",
                    "unset `UCX_NET_DEVICES`, or take a name from the line's list",
                    DEVICE),
            cause(
                    "ucx-nothing-between-nodes",
                    MEDIUM,
                    "none of the transports that UCX was left with moves data to another node and notices when it is gone",
                    "`UCX ERROR no active messages transport to …`, then `NIXL_ERR_BACKEND`",
                    "`tcp` in `UCX_TLS` (`UCX_TLS=tcp,self,sm`), or unset it and every other `UCX_*` variable",
                    NOTHING_BETWEEN),
            cause(
                    "nixl-plugins-missing",
                    HIGH,
                    "NIXL finds none of its plugins, UCX's among them",
                    "`No plugins available for NIXL`",
                    "unset `NIXL_PLUGIN_DIR`, or name the directory with `libplugin_UCX.so` of the NIXL that is installed",
                    saidOrLogged("No plugins available for NIXL")),
            cause(
                    "ucx-backend-failed",
                    MEDIUM,
                    "NIXL could not set UCX up",
                    "`NIXL_ERR_BACKEND`, and no line about transports or devices",
                    "read the lines with `UCX ERROR` before it, often about a value of a `UCX_*` variable; try without any of them",
                    BACKEND.unless(TRANSPORTS).unless(DEVICE).unless(NOTHING_BETWEEN)));

    private UcxCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.UCX_TRANSPORT, confidence, what, sign, remedy, clue);
    }
}
