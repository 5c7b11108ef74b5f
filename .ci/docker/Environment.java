import dev.vllmjunit.provision.local.install.EngineHome;
import dev.vllmjunit.provision.local.install.Installation;
import java.util.Optional;

/** Builds what the local stack runs, if need be, and prints where: the Python environment, the tiny model and the scripts. */
class Environment {
    public static void main(String[] arguments) {
        Installation installation = Installation.ofUser(System.err::println);
        EngineHome engine = installation.engine(Optional.empty());
        System.out.println(engine.root());
        System.out.println(installation.model(Optional.empty(), engine));
        System.out.println(engine.scripts().site());
    }
}
