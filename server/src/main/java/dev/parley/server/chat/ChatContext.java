package dev.parley.server.chat;

import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.server.assistant.Assistants;
import dev.parley.server.delivery.ReadLanes;
import dev.parley.server.rpc.Calls;

/// What the adapters work with.
///
/// @param engine decides
/// @param reads what may wait for the disk
/// @param calls who calls
/// @param nativeStreams the open streams of the native protocol
/// @param classicStreams the open streams of the classic protocol
/// @param assistants who are told what is said
public record ChatContext(
    Engine engine,
    ReadLanes reads,
    Calls calls,
    OpenStreams nativeStreams,
    OpenStreams classicStreams,
    Assistants assistants,
    Clock clock,
    Limits.Tunable limits,
    String version) {}
