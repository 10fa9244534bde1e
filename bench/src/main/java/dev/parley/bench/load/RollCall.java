package dev.parley.bench.load;

/// Nothing is said until the end; then one message to each room shows that everybody still listens.
final class RollCall implements Disturbance {
  private final Population population;

  RollCall(Population population) {
    this.population = population;
  }

  @Override
  public void end() {
    population.senders().forEach(sender -> sender.lane().execute(sender::sendOne));
  }
}
