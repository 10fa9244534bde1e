package dev.parley.bench.load;

import java.util.List;
import java.util.SplittableRandom;

/// What people do between messages: they type, they have read, they go and come back.
///
/// For each message of the rate there is one sign of typing and one receipt; five times a second
/// somebody leaves, for a second.
final class DailyLife implements Disturbance {
  private static final double NANOS = 1e9;
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long LEAVE_NANOS = SECOND_NANOS / 5;

  private final Plan plan;
  private final Population population;
  private volatile boolean running;

  DailyLife(Plan plan, Population population) {
    this.plan = plan;
    this.population = population;
  }

  @Override
  public void begin() {
    List<Link> links = population.links();
    if (plan.protocol() == Protocol.CLASSIC || links.isEmpty()) {
      return; // the classic protocol has no typing, no receipts, and no coming back
    }
    running = true;
    long interval = Math.max(1, (long) (NANOS * plan.processes() / Math.max(1, plan.rate())));
    Lane lane = links.getFirst().lane();
    SplittableRandom random = new SplittableRandom(plan.process());
    lane.after(0, () -> signs(lane, random, interval, System.nanoTime()));
    lane.after(0, () -> leave(lane, random.split()));
  }

  private void signs(Lane lane, SplittableRandom random, long interval, long dueNanos) {
    long due = dueNanos;
    while (running && due <= System.nanoTime()) {
      Subscriber typist = somebody(random);
      int room = random.nextInt(typist.seats.size());
      typist.lane().execute(() -> typist.type(room));
      Subscriber reader = somebody(random);
      reader.lane().execute(() -> reader.haveRead(random.nextInt(reader.seats.size())));
      due += interval;
    }
    if (running) {
      long next = due;
      lane.after(
          Math.max(interval, due - System.nanoTime()), () -> signs(lane, random, interval, next));
    }
  }

  private Subscriber somebody(SplittableRandom random) {
    Link link = population.links().get(random.nextInt(population.links().size()));
    return link.subscribers.get(random.nextInt(link.subscribers.size()));
  }

  private void leave(Lane lane, SplittableRandom random) {
    if (running) {
      Link link = population.links().get(random.nextInt(population.links().size()));
      population.reopen(link, SECOND_NANOS, () -> {});
      lane.after(LEAVE_NANOS, () -> leave(lane, random));
    }
  }

  @Override
  public void end() {
    running = false;
    population.awaitAllIn();
  }
}
