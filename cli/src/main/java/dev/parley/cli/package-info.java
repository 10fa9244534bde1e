/// The `parley` command: data on standard output, talk on standard error, documented exit codes.
///
/// Talks to servers through the client library, never through gRPC itself.
@NullMarked
package dev.parley.cli;

import org.jspecify.annotations.NullMarked;
