/**
 * The client of a Mayfly broker. {@link dev.mayfly.MayflyClient} is where to begin; resource servers
 * go on with {@link dev.mayfly.verify.Verifier}.
 */
package dev.mayfly;
