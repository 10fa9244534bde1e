package dev.parley.bench.load;

import java.util.List;

/// Of those who read slowly, every second takes nothing at all, the others a frame now and then.
/// When the measuring has ended they read everything.
final class SlowReaders implements Disturbance {
  private static final long TRICKLE_NANOS = 50_000_000;

  private final Population population;
  private volatile boolean running;

  SlowReaders(Population population) {
    this.population = population;
  }

  @Override
  public void prepare() {
    running = true;
    List<Link> slow = population.slowLinks();
    for (int i = 0; i < slow.size(); i++) {
      Link link = slow.get(i);
      boolean trickles = i % 2 == 1;
      link.lane()
          .execute(
              () -> {
                link.subscribers.forEach(subscriber -> subscriber.reading(ChatCall::pause));
                if (trickles) {
                  trickle(link);
                }
              });
    }
  }

  private void trickle(Link link) {
    if (running) {
      link.subscribers.forEach(subscriber -> subscriber.reading(ChatCall::takeOne));
      link.lane().after(TRICKLE_NANOS, () -> trickle(link));
    }
  }

  @Override
  public void end() {
    running = false;
    population
        .slowLinks()
        .forEach(
            link ->
                link.lane()
                    .execute(
                        () ->
                            link.subscribers.forEach(
                                subscriber -> subscriber.reading(ChatCall::resume))));
  }
}
