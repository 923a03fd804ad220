import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.MayflyClient;
import dev.mayfly.RevocationFollower;
import dev.mayfly.verify.Refusal;
import dev.mayfly.verify.Verdict;
import dev.mayfly.verify.Verifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP server that verifies tokens by itself and sees a revocation at once. Takes a port.
 *
 * <pre>curl -H "Authorization: $BEARER" http://127.0.0.1:8080/customers/customer-12345</pre>
 */
final class ResourceServer {
    private static final Pattern CUSTOMER = Pattern.compile("/customers/([A-Za-z0-9-]+)");
    private static final String BEARER = "Bearer ";

    private final Verifier verifier;

    private ResourceServer(Verifier verifier) {
        this.verifier = verifier;
    }

    public static void main(String[] arguments) throws IOException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8080;
        MayflyClient client = MayflyClient.builder().build();
        RevocationFollower revocations = client.followRevocations();
        Verifier verifier =
                Verifier.builder(client.keys(), revocations).broker(client).build();

        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/customers/", new ResourceServer(verifier)::handle);
        server.start();
        System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        Matcher customer = CUSTOMER.matcher(exchange.getRequestURI().getPath());
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (!customer.matches()) {
            answer(exchange, 404, "NOT_FOUND");
        } else if (header == null || !header.startsWith(BEARER)) {
            answer(exchange, 401, "TOKEN_MISSING");
        } else {
            String scope = "read:data:" + customer.group(1);
            Verdict verdict = verifier.verify(header.substring(BEARER.length()), scope);
            if (verdict.isValid()) {
                String reader = verdict.claims().subject();
                answer(exchange, 200, customer.group(1) + ", read by " + reader);
            } else {
                int status = verdict.refusal() == Refusal.SCOPE_VIOLATION ? 403 : 401;
                answer(exchange, status, verdict.refusal().name());
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text)
            throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (var output = exchange.getResponseBody()) {
            output.write(body);
        }
    }
}
