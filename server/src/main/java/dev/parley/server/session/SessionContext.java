package dev.parley.server.session;

import dev.parley.core.limit.Limits;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.models.Gateway;
import dev.parley.server.delivery.ReadLanes;
import dev.parley.server.rpc.Calls;

/// What the adapters of sessions work with.
///
/// @param engine decides
/// @param reads what may wait for the disk
/// @param calls who calls
/// @param gateway knows the models
/// @param answers asks them
/// @param model the model of sessions that name none, as `PROVIDER/MODEL`
record SessionContext(
    Engine engine,
    ReadLanes reads,
    Calls calls,
    Gateway gateway,
    Answers answers,
    Figures figures,
    String model,
    Clock clock,
    Limits.Tunable limits) {}
