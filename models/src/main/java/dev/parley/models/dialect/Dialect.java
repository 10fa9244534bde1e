package dev.parley.models.dialect;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import java.util.List;

/// The protocol of a kind of provider. Immutable, and so thread-safe; nothing here waits.
public interface Dialect {
  /// Asks for an answer, as a stream.
  ///
  /// @param secret the credential
  /// @throws ModelException `INVALID_REQUEST`, if the provider's protocol cannot say this
  HttpCall ask(Prompt prompt, String secret);

  /// Reads one answer's stream.
  AnswerReader reader();

  /// Asks which models there are, with which a credential is verified too.
  HttpCall list(String secret);

  /// Names of the models in the answer to [#list].
  ///
  /// @throws ModelException `MALFORMED`
  List<String> listed(HttpAnswer answer);

  /// What an answer means that is no success. Its message says what the provider said, but may
  /// still hold what the caller knows to be secret.
  ModelException refusal(HttpAnswer answer);
}
