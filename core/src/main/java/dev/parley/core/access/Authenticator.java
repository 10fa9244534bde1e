package dev.parley.core.access;

import dev.parley.core.error.RefusedException;
import dev.parley.core.user.Profile;
import org.jspecify.annotations.Nullable;

/// Port: finds out who is calling. The only place that does, for all calls. Thread-safe; does not
/// block.
public interface Authenticator {
  /// Tells who calls.
  ///
  /// @param credentials what came with the call
  /// @param claimed who the caller says he is in the request itself; null: it does not say
  /// @throws RefusedException if the caller cannot be told, or is not who he says
  Caller authenticate(Credentials credentials, @Nullable Profile claimed) throws RefusedException;

  /// What came with a call, outside of the request.
  ///
  /// @param user the metadata entry `parley-user`; null: none
  /// @param authorization the metadata entry `authorization`; null: none
  /// @param address the peer's network address, for messages
  record Credentials(@Nullable String user, @Nullable String authorization, String address) {}
}
