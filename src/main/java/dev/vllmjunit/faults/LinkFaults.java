package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.faults.link.FaultyLink;
import dev.vllmjunit.topology.Figures;
import java.time.Duration;

/** What can be done to one link. Thread-safe. Delay and limit go together; whatever it is, {@link #heal} ends it. */
public final class LinkFaults {

    private final String name;
    private final FaultyLink link;
    private final Ledger ledger;

    LinkFaults(String name, FaultyLink link, Ledger ledger) {
        this.name = name;
        this.link = link;
        this.ledger = ledger;
    }

    /**
     * Everything arrives so much later, each way: a round trip takes twice as long more.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void delay(Duration later) {
        harm("delayed by " + Figures.seconds(later.toNanos() / 1e9), () -> link.delay(later));
    }

    /**
     * So many bytes pass in a second at most, each way, all connections together.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public void limit(long bytesPerSecond) {
        harm("limited to " + Figures.si(bytesPerSecond, "B/s"), () -> link.limit(bytesPerSecond));
    }

    /** Nothing passes any more, and nobody is told, as when a cable is pulled; what was sent arrives when the link is healed. */
    public void cut() {
        harm("cut", link::cut);
    }

    /** Connections break off and new ones are refused, as when the program at the other end has ended. */
    public void refuse() {
        harm("refusing connections", link::refuse);
    }

    /** As it was at first; what was held back passes at once. */
    public void heal() {
        ledger.mend(name, name + " healed", link::heal);
    }

    private void harm(String how, Runnable action) {
        ledger.harm(name, name + " " + how, Effect.HARM, action, link::heal);
    }
}
