package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.faults.link.FaultyLink;

/**
 * What can be done to the keys that the writer of the KV cache uses. It is done on the link: each of its requests is answered 403
 * InvalidAccessKeyId there, as Ceph does once a key is removed, and no longer reaches the store; the test's own requests do. Thread-safe.
 */
public final class CredentialFaults {

    private static final String PART = "S3 credentials";

    private final FaultyLink link;
    private final Ledger ledger;

    CredentialFaults(FaultyLink link, Ledger ledger) {
        this.link = link;
        this.ledger = ledger;
    }

    /** From now on the store refuses them. */
    public void expire() {
        ledger.harm(PART, PART + " expired", Effect.HARM, link::forbid, link::heal);
    }

    /** They are good again; the link is healed with them. */
    public void renew() {
        ledger.mend(PART, PART + " renewed", link::heal);
    }
}
