/// The HTTP port: OpenAI's protocol over the same gateway that gRPC serves, and health.
///
/// A connection and its requests belong to the event loop of that connection; pieces of answers
/// come from other event loops and are written from there, which Netty puts in order.
@NullMarked
package dev.parley.server.http;

import org.jspecify.annotations.NullMarked;
