import dev.mayfly.Agent;
import dev.mayfly.AgentRequest;
import dev.mayfly.LaunchToken;
import dev.mayfly.MayflyClient;
import java.time.Duration;
import java.util.List;

/**
 * An agent process registers itself with a launch token, renews, and releases. Takes the app's
 * name.
 */
final class Registration {
    public static void main(String[] arguments) {
        String app = arguments.length > 0 ? arguments[0] : "support-desk";
        // The orchestrator's side: a secret for one agent, handed over through a pipe or the
        // environment.
        LaunchToken launch;
        try (var orchestrator = MayflyClient.builder().app(app).build()) {
            launch =
                    orchestrator.createLaunchToken(
                            List.of("read:data:*"), Duration.ofSeconds(30), null, "ticket-4712");
        }
        System.out.println("launch    token until " + launch.expiresAt());

        // The agent's side: it needs no app, and its key never leaves it.
        var request =
                AgentRequest.of("ticket-4712", "read:data:customer-12345")
                        .withLifetime(Duration.ofMinutes(1))
                        .withRenewableFor(Duration.ofHours(1));
        try (var client = MayflyClient.builder().orchestration("support").build();
                Agent agent = client.register(request, launch.secret())) {
            System.out.println("registered " + agent.id());
            String before = agent.token();
            agent.renew();
            System.out.println("renewed   until " + agent.expiresAt());
            System.out.println(
                    "          the token before is valid: " + client.validate(before).isValid());
            System.out.println(
                    "          the new one is valid: "
                            + client.validate(agent.token()).isValid());
        }
    }
}
