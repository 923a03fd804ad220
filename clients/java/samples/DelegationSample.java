import dev.mayfly.Agent;
import dev.mayfly.AgentRequest;
import dev.mayfly.Delegation;
import dev.mayfly.IssuedToken;
import dev.mayfly.MayflyClient;
import dev.mayfly.OperatorClient;
import dev.mayfly.RefusedException;
import dev.mayfly.verify.ChainVerifier;
import dev.mayfly.verify.VerificationException;
import dev.mayfly.verify.VerifiedToken;
import java.time.Duration;
import java.time.Instant;

/**
 * Delegate three deep, verify the chain offline, revoke the middle, see the leaf die. Takes the
 * app's name; for a user who may operate the broker.
 */
final class DelegationSample {
    public static void main(String[] arguments) throws VerificationException {
        String app = arguments.length > 0 ? arguments[0] : "support-desk";
        try (var client = MayflyClient.builder().app(app).orchestration("support").build();
                var operator = new OperatorClient();
                Agent planner = client.spawn(AgentRequest.of("plan", "read:data:*"));
                Agent researcher = client.spawn(AgentRequest.of("research", "read:data:*"));
                Agent reader = client.spawn(AgentRequest.of("read", "read:data:*"));
                Agent clerk = client.spawn(AgentRequest.of("file", "read:data:*"))) {

            // Each agent signs what it hands on; the next one holds it by its own key.
            String scope = "read:data:customer-12345";
            IssuedToken first = planner.delegate(Delegation.to(researcher.id(), scope));
            IssuedToken second =
                    client.delegate(
                            first.token(), researcher.key(), Delegation.to(reader.id(), scope));
            IssuedToken leaf =
                    client.delegate(
                            second.token(), reader.key(), Delegation.to(clerk.id(), scope));

            VerifiedToken verified =
                    new ChainVerifier(client.keys(), null, Duration.ofSeconds(30))
                            .verify(leaf.token(), null, Instant.now());
            System.out.println("verified  " + verified.scope() + " for " + verified.subject());
            for (VerifiedToken.Link link : verified.lineage()) {
                System.out.println("          " + link.task() + ": " + link.agentId());
            }

            try {
                client.delegate(
                        second.token(), reader.key(), Delegation.to(clerk.id(), "read:data:*"));
            } catch (RefusedException refused) {
                System.out.println("refused   to hand on more than it holds: " + refused.reason());
            }

            long count = operator.revokeAgent(reader.id());
            System.out.println("revoked   " + reader.id() + ": " + count + " grants");
            System.out.println("leaf      is valid: " + client.validate(leaf.token()).isValid());
            System.out.println("first     is valid: " + client.validate(first.token()).isValid());
        }
    }
}
