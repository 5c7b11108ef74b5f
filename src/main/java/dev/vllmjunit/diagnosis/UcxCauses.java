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
                    "ucx-backend-failed",
                    MEDIUM,
                    "NIXL could not set UCX up",
                    "`NIXL_ERR_BACKEND`, without a transport or device that is not available",
                    "read the lines with `UCX` before it; try `UCX_TLS=tcp,self,sm` without `UCX_NET_DEVICES`",
                    BACKEND.unless(TRANSPORTS).unless(DEVICE)));

    private UcxCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.UCX_TRANSPORT, confidence, what, sign, remedy, clue);
    }
}
