import dev.mayfly.Agent;
import dev.mayfly.AgentRequest;
import dev.mayfly.MayflyClient;
import dev.mayfly.ValidationRequest;
import java.time.Duration;

/** Spawn an agent, validate its token, release it. Takes the app's name. */
final class Quickstart {
    public static void main(String[] arguments) {
        String app = arguments.length > 0 ? arguments[0] : "support-desk";
        try (var client = MayflyClient.builder().app(app).orchestration("support").build()) {
            String token;
            var request =
                    AgentRequest.of("ticket-4711", "read:data:customer-12345")
                            .withLifetime(Duration.ofMinutes(2));
            try (Agent agent = client.spawn(request)) {
                token = agent.token();
                System.out.println("spawned   " + agent.id());
                System.out.println("          " + agent.scope() + " until " + agent.expiresAt());
                System.out.println(
                        "validated "
                                + isGoodFor(client, token, "read:data:customer-12345")
                                + " for its customer, "
                                + isGoodFor(client, token, "read:data:customer-67890")
                                + " for another");
            }
            System.out.println("released  and now valid: " + client.validate(token).isValid());
        }
    }

    private static boolean isGoodFor(MayflyClient client, String token, String scope) {
        return client.validate(token, ValidationRequest.scope(scope)).isValid();
    }
}
