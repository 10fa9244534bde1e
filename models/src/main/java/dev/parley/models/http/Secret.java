package dev.parley.models.http;

import reactor.core.publisher.Mono;

/// What a credential proves itself with, be it always the same or renewed. Thread-safe.
public interface Secret {
  /// As it is now; empty text: there is none. Fails with a
  /// [dev.parley.core.model.ModelException].
  Mono<String> current();

  /// As it was when it was last asked for, to be kept out of what is told; empty: it was not.
  String latest();

  /// One that is always the same.
  ///
  /// @param text empty: none
  static Secret of(String text) {
    return new Secret() {
      @Override
      public Mono<String> current() {
        return Mono.just(text);
      }

      @Override
      public String latest() {
        return text;
      }
    };
  }
}
