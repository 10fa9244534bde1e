/// The Java client: one connection that resumes where it left off, and tells when to slow down.
///
///     ChatListener printer = new ChatListener() {
///       @Override public void onEvent(ChatEvent event) {
///         if (event.hasMessage()) System.out.println(event.getMessage().getContent().getText());
///       }
///     };
///     var server = ParleyClient.builder("localhost:50051");
///     try (var client = server.user("ada").listener(printer).build()) {
///       client.connect().join();
///       client.join("general", JoinFrom.history(20)).join();
///       client.send("general", "Hello!").join();
///     }
///
/// Start reading at `KeptStream`, which keeps a stream alive; `ChatSession` is the one in rooms, of
/// which `Inbound` takes what comes and `Outbound` sends what goes, `AssistantStream` the one in
/// sessions with models; `Connection` is one stream from its beginning to its end.
///
/// What always holds:
///
/// - The package knows the protocol and nothing of the server.
/// - All mutable state of a client is owned by its `Loop`, and nothing on the loop blocks. Code of
///   the client's user runs elsewhere: listeners on one `Strand`, what depends on futures on
///   another.
/// - An event is passed on once, and those that a room or a session has journaled in order. A
///   position to resume from is never ahead of what was received.
/// - A request is answered exactly once, and sent again only under its own id.
/// - Outbox, event buffer, waiting pings and remembered positions are bounded.
/// - Time and chance come from the `Environment`.
@NullMarked
package dev.parley.client;

import org.jspecify.annotations.NullMarked;
