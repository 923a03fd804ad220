package dev.mayfly.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens that were verified, by their signature's text: the whole token is compared, so that
 * nothing else is ever taken for one. Bounded: in two generations, of which the older is forgotten
 * as a whole.
 */
final class TokenCache {
    /** 64 bytes in base64url at the end of a token. */
    private static final int SIGNATURE_TEXT = 86;

    /**
     * A token, what was verified of it, and the names of the ends that would be its own.
     *
     * @param by which keys verified it: others may have taken their place
     */
    record Entry(
            String token,
            VerifiedToken verified,
            List<RevocationDigest> names,
            Verdict good,
            ChainVerifier by) {}

    private final int generation;
    private Map<String, Entry> young = new HashMap<>();
    private Map<String, Entry> old = new HashMap<>();

    TokenCache(int capacity) {
        generation = Math.max(1, capacity / 2);
    }

    synchronized int size() {
        return young.size() + old.size();
    }

    /** What was kept for exactly this token; null where nothing was. */
    synchronized Entry get(String token) {
        if (token == null || token.length() < SIGNATURE_TEXT) {
            return null;
        }
        String key = signatureOf(token);
        Entry entry = young.get(key);
        if (entry != null) {
            return entry.token().equals(token) ? entry : null;
        }
        entry = old.get(key);
        if (entry == null || !entry.token().equals(token)) {
            return null;
        }
        old.remove(key);
        keep(key, entry);
        return entry;
    }

    synchronized void add(Entry entry) {
        keep(signatureOf(entry.token()), entry);
    }

    synchronized void clear() {
        young = new HashMap<>();
        old = new HashMap<>();
    }

    private void keep(String key, Entry entry) {
        if (young.size() >= generation) {
            old = young;
            young = new HashMap<>();
        }
        young.put(key, entry);
    }

    private static String signatureOf(String token) {
        return token.substring(token.length() - SIGNATURE_TEXT);
    }
}
