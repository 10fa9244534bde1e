/// The Java client: one connection that resumes where it left off, and tells when to slow down.
///
/// Knows the protocol and nothing of the server.
@NullMarked
package dev.parley.client;

import org.jspecify.annotations.NullMarked;
