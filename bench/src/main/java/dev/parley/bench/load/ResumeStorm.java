package dev.parley.bench.load;

/// After a third of the time every second connection breaks, and all of them come back at once.
final class ResumeStorm implements Disturbance {
  private static final double NANOS = 1e9;

  private final Plan plan;
  private final Population population;

  ResumeStorm(Plan plan, Population population) {
    this.plan = plan;
    this.population = population;
  }

  @Override
  public void begin() {
    long waitNanos = (long) (plan.seconds() / 3 * NANOS);
    for (int i = 0; i < population.links().size(); i += 2) {
      Link link = population.links().get(i);
      link.lane().after(waitNanos, () -> population.reopen(link, 0, () -> {}));
    }
  }

  @Override
  public void end() {
    population.awaitAllIn();
  }
}
