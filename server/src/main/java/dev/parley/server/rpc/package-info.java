/// What all gRPC adapters share: who calls, how a refusal becomes a status, how bytes become a
/// message.
@NullMarked
package dev.parley.server.rpc;

import org.jspecify.annotations.NullMarked;
