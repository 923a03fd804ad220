package dev.mayfly.internal.token;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of the protocol (proto/PROTOCOL.md, "Words"): their alphabets and lengths. */
public final class Words {
    public static final int MAXIMUM_SCOPES = 32;
    public static final int MAXIMUM_AUDIENCES = 8;
    public static final int MAXIMUM_HOPS = 5;

    private static final int MAXIMUM_SCOPE = 256;
    private static final String IDENTIFIER = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,128}";

    /** Printable ASCII without space, quote, backslash and comma. */
    private static final String PLAIN = "[!#-+\\--\\[\\]-~]";

    private static final Pattern ISSUER = Pattern.compile("[!#-\\[\\]-~]{1,249}");
    private static final Pattern AUDIENCE = Pattern.compile(PLAIN + "{1,256}");
    private static final Pattern SCOPE =
            Pattern.compile("[A-Za-z0-9._-]++:[A-Za-z0-9._-]++:" + PLAIN + "++");
    private static final Pattern AGENT =
            Pattern.compile(
                    "spiffe://[a-z0-9._-]{1,255}/agent/(" + IDENTIFIER + ")/(" + IDENTIFIER
                            + ")/[0-9a-f]{16}");
    private static final Pattern REFERENCE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern DIGEST_HEX = Pattern.compile("[0-9a-f]{64}");

    private Words() {}

    public static boolean isIssuer(String text) {
        return ISSUER.matcher(text).matches();
    }

    public static boolean isAudience(String text) {
        return AUDIENCE.matcher(text).matches();
    }

    public static boolean isScope(String text) {
        return text.length() <= MAXIMUM_SCOPE && SCOPE.matcher(text).matches();
    }

    public static boolean isAgentId(String text) {
        return AGENT.matcher(text).matches();
    }

    /** The id of a grant or a token. */
    public static boolean isReference(String text) {
        return REFERENCE.matcher(text).matches();
    }

    public static boolean isDigestHex(String text) {
        return DIGEST_HEX.matcher(text).matches();
    }

    /** The orchestration and the task of an agent id. */
    public static String[] workOf(String agentId) {
        Matcher matcher = AGENT.matcher(agentId);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(agentId + " is no agent id");
        }
        return new String[] {matcher.group(1), matcher.group(2)};
    }

    /**
     * Whether holding one scope is enough for another: equal, or alike in action and resource where
     * the identifier of the held one is {@code *}. Both are scopes.
     */
    public static boolean covers(String held, String wanted) {
        if (held.equals(wanted)) {
            return true;
        }
        int second = held.indexOf(':', held.indexOf(':') + 1);
        boolean isForAny = second == held.length() - 2 && held.endsWith("*");
        return isForAny && wanted.startsWith(held.substring(0, second + 1));
    }

    /** Whether each of the wanted scopes is covered by one that is held. */
    public static boolean cover(List<String> held, List<String> wanted) {
        return wanted.stream()
                .allMatch(one -> held.stream().anyMatch(other -> covers(other, one)));
    }
}
