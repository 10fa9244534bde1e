/// The process: adapters between gRPC and `core`, delivery, security, configuration and start-up.
///
/// The only module besides the client that knows the wire.
@NullMarked
package dev.parley.server;

import org.jspecify.annotations.NullMarked;
