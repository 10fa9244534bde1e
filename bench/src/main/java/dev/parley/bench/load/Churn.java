package dev.parley.bench.load;

import java.util.concurrent.atomic.AtomicInteger;

/// A few connections at a time break, connect again and catch up, then the next few do: as fast as
/// the server lets them.
final class Churn implements Disturbance {
  private static final int AT_A_TIME = 8;

  private final Population population;
  private final AtomicInteger next = new AtomicInteger();
  private volatile boolean running;

  Churn(Population population) {
    this.population = population;
  }

  @Override
  public void begin() {
    running = true;
    for (int i = 0; i < Math.min(AT_A_TIME, population.links().size()); i++) {
      breakNext();
    }
  }

  private void breakNext() {
    if (running) {
      int number = Math.floorMod(next.getAndIncrement(), population.links().size());
      population.reopen(population.links().get(number), 0, this::breakNext);
    }
  }

  @Override
  public void end() {
    running = false;
    population.awaitAllIn();
  }
}
