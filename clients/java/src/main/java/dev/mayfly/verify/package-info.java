/**
 * Tokens verified where the resources are, with nothing but the broker's public keys and its stream of
 * ends.
 */
package dev.mayfly.verify;
