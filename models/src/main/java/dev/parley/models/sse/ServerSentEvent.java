package dev.parley.models.sse;

/// One event of a stream.
///
/// @param name its type; `message` where the stream did not say
/// @param data its lines, with line feeds between them
/// @param lastId the newest id that the stream has given so far; empty: none
public record ServerSentEvent(String name, String data, String lastId) {}
