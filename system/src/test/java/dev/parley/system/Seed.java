package dev.parley.system;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Where chance comes from: `-Dparley.seed=N`, else the clock. Printed, so that a run can be
/// repeated as far as processes can.
final class Seed {
  private static final long VALUE = Long.getLong("parley.seed", System.nanoTime());

  private Seed() {}

  static RandomGenerator generator(String forWhom) {
    System.out.printf("%s: -Dparley.seed=%d%n", forWhom, VALUE);
    return derived(0);
  }

  /// A generator of its own for each of several threads.
  static RandomGenerator derived(int number) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(VALUE + number);
  }
}
