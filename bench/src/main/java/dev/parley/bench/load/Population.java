package dev.parley.bench.load;

import dev.parley.bench.check.RoomLedger;
import dev.parley.bench.measure.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Everybody in this process: rooms, connections with their subscribers, senders, and the lanes
/// that they live on. The lists are immutable.
final class Population implements AutoCloseable {
  /// Connections that are on their way in at the same time.
  private static final int OPENING = 64;

  private static final int PATIENCE_SECONDS = 60;

  private final Plan plan;
  private final Verdict verdict;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<RoomTraffic> rooms = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Link> slowLinks = new ArrayList<>();
  private final List<Sender> senders = new ArrayList<>();
  private final AtomicInteger away = new AtomicInteger();

  Population(Plan plan, Counts counts, Verdict verdict) {
    this.plan = plan;
    this.verdict = verdict;
    for (int i = 0; i < plan.threads(); i++) {
      lanes.add(new Lane(plan.protocol(), counts));
    }
    for (String room : plan.rooms()) {
      rooms.add(new RoomTraffic(new RoomLedger(room, verdict.violations())));
    }
    List<List<Integer>> crowd = Crowd.of(plan);
    for (int number = 0; number < plan.connections(); number++) {
      if (plan.isMine(number)) {
        links.add(link(number, crowd));
      }
    }
    for (int number = 0; number < plan.senders(); number++) {
      if (plan.isMine(number)) {
        RoomTraffic room = rooms.get(number % rooms.size());
        senders.add(new Sender(lane(number), plan, number, room, verdict));
      }
    }
  }

  private Link link(int number, List<List<Integer>> crowd) {
    // Those who read slowly sit on connections of their own: a connection's window is shared.
    boolean slow =
        plan.workload() == Workload.SLOW
            && number < Math.ceilDiv(plan.connections() * plan.slowPercent(), 100);
    List<Subscriber> subscribers = new ArrayList<>();
    int end = Math.min(crowd.size(), (number + 1) * plan.streamsPerConnection());
    for (int i = number * plan.streamsPerConnection(); i < end; i++) {
      subscribers.add(
          new Subscriber(
              lane(number),
              plan.protocol(),
              "%s-%d".formatted(plan.run(), i),
              crowd.get(i).stream().map(rooms::get).toList(),
              verdict,
              !slow));
    }
    Link link =
        new Link(
            lane(number),
            plan.server(),
            slow ? Lane.SMALL_WINDOW_BYTES : Lane.windowBytes(plan.streamsPerConnection()),
            List.copyOf(subscribers));
    if (slow) {
      slowLinks.add(link);
    }
    return link;
  }

  private Lane lane(int number) {
    return lanes.get(number / plan.processes() % lanes.size());
  }

  List<Lane> lanes() {
    return lanes;
  }

  List<RoomTraffic> rooms() {
    return rooms;
  }

  List<Link> links() {
    return links;
  }

  List<Link> slowLinks() {
    return slowLinks;
  }

  List<Sender> senders() {
    return senders;
  }

  /// Connects everybody, some at a time, and returns when all are in their rooms.
  ///
  /// @throws LoadException if that does not come to an end
  void connect() {
    Semaphore opening = new Semaphore(OPENING);
    for (Link link : links) {
      acquire(opening, 1);
      link.lane().execute(() -> link.open(opening::release));
    }
    for (Sender sender : senders) {
      acquire(opening, 1);
      sender.lane().execute(() -> sender.open(plan.server(), opening::release));
    }
    acquire(opening, OPENING);
  }

  private void acquire(Semaphore opening, int permits) {
    try {
      for (int i = 0; i < PATIENCE_SECONDS && !hasFailed(); i++) {
        if (opening.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new LoadException("not everybody could connect: " + why());
  }

  /// Breaks a connection and makes it anew, unless that is under way already. Any thread.
  ///
  /// @param pauseNanos time between the two
  /// @param in run when all of its streams have what they missed
  void reopen(Link link, long pauseNanos, Runnable in) {
    link.lane()
        .execute(
            () -> {
              if (link.isAway()) {
                return;
              }
              away.incrementAndGet();
              link.close();
              link.lane()
                  .after(
                      pauseNanos,
                      () ->
                          link.open(
                              () -> {
                                away.decrementAndGet();
                                in.run();
                              }));
            });
  }

  /// Waits until nobody is on the way back.
  ///
  /// @throws LoadException if that does not come to an end
  void awaitAllIn() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (away.get() > 0) {
      if (System.nanoTime() > deadline) {
        throw new LoadException(away.get() + " connections did not come back: " + why());
      }
      Pause.millis(10);
    }
  }

  private boolean hasFailed() {
    return verdict.violations().count() > 0 || verdict.refusals().count() > 0;
  }

  private String why() {
    String first = verdict.violations().first();
    String refusal = verdict.refusals().first();
    return first != null ? first : refusal != null ? refusal : "the server does not answer";
  }

  @Override
  public void close() {
    lanes.forEach(
        lane ->
            lane.<Boolean>call(
                () -> {
                  links.stream().filter(link -> link.lane() == lane).forEach(Link::close);
                  senders.stream().filter(sender -> sender.lane() == lane).forEach(Sender::close);
                  return true;
                }));
    lanes.forEach(Lane::close);
  }
}
