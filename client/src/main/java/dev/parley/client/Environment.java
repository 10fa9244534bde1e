package dev.parley.client;

import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Threads, time and chance, so that tests can hold them in hand.
///
/// @param loop owns the client's mutable state
/// @param callbacks runs listener and subscriber, one call at a time and in order
/// @param completions completes futures, in order; not `callbacks`, so that a slow listener holds
///     up no answer
/// @param random owned by the loop
record Environment(Loop loop, Executor callbacks, Executor completions, RandomGenerator random) {

  static Environment standard() {
    return new Environment(
        Loop.standard(),
        new Strand("parley-client-events"),
        new Strand("parley-client-answers"),
        new SplittableRandom());
  }
}
