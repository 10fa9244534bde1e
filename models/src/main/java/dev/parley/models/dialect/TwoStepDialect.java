package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;

/// A protocol in which the answer to [#ask] says where the stream is.
public interface TwoStepDialect extends Dialect {
  /// What was begun.
  ///
  /// @param stream gets the events
  /// @param cancel ends the work at the provider
  record Begun(HttpCall stream, HttpCall cancel) {}

  /// Where the stream is.
  ///
  /// @throws ModelException `MALFORMED`, or what the provider says went wrong
  Begun begun(HttpAnswer answer, String secret);
}
