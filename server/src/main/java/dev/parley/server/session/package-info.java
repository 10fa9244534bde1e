/// Sessions with models on the wire: the adapters between `parley.assistant.v1` (and the
/// `ChatService` without a package) and the engine, and who asks the models. What a session allows
/// is decided in `core.session`.
@NullMarked
package dev.parley.server.session;

import org.jspecify.annotations.NullMarked;
