package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Pong;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many enter one room at once. What the server sends for it grows with their number, not with its
/// square, because nobody is sent an event for each who enters:
///
/// - of who enters, everybody in the room is told once an interval, in one event that names at most
///   50, or in at most 8 that name one each;
/// - who enters is answered with at most 100 names, and the few other events of an entrance.
///
/// So for each member there is a bound that knows the intervals that it took, but not the number of
/// members. It is the same at two sizes, and what each is sent grows between them by no more than
/// the events of the intervals.
class EntryStormIT {
  private static final int FEW = Integer.getInteger("parley.entry.few", 500);
  private static final int MANY = Integer.getInteger("parley.entry.many", 2_000);
  private static final int WATCHERS = 20;
  private static final int STREAMS_PER_CONNECTION = 100;
  private static final String ROOM = "general";
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private static final int MAX_SINGLE = 8;
  private static final int MAX_NAMED = 50;
  private static final int MAX_IN_ANSWER = 100;

  /// Welcome, entered, how the room was made, caught up, what is said at the end.
  private static final int ENTRANCE_EVENTS = 5;

  /// Of a user whose three names are at most 12 bytes long, in a list.
  private static final int NAME_BYTES = 50;

  /// Of an event without users.
  private static final int EVENT_BYTES = 200;

  private static final int ENTRANCE_BYTES =
      ENTRANCE_EVENTS * EVENT_BYTES + MAX_IN_ANSWER * NAME_BYTES;
  private static final int TELLING_BYTES =
      Math.max(MAX_NAMED * NAME_BYTES + EVENT_BYTES, MAX_SINGLE * (NAME_BYTES + EVENT_BYTES));

  @TempDir Path data;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  /// What one storm came to.
  ///
  /// @param intervals of presence that it took
  /// @param messages most that one member was sent
  private record Storm(int intervals, long messages) {}

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    readers.shutdownNow();
  }

  @Test
  void whatEachIsSentDoesNotGrowWithTheNumberOfThoseWhoEnter() throws Exception {
    Storm few = storm(FEW);
    Storm many = storm(MANY);
    assertThat(many.messages)
        .isLessThanOrEqualTo(few.messages + (long) MAX_SINGLE * many.intervals);
  }

  private Storm storm(int entering) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(
            data.resolve(entering + ""), 0, "--presence-interval", INTERVAL.toMillis() + "ms")) {
      List<Member> watchers = open(server, "watches", WATCHERS);
      all(watchers, member -> member.readUntil(() -> member.caughtUp));
      Member first = watchers.getFirst();
      Thread.sleep(INTERVAL.multipliedBy(2)); // until they are told of each other
      say(first, "begin", watchers);
      watchers.forEach(Member::countAnew);

      long begin = System.nanoTime();
      List<Member> entered = open(server, "enters", entering);
      List<Future<?>> reading = start(entered, member -> member.readUntilSaid("end"));
      all(watchers, member -> member.readUntil(() -> member.joined >= entering));
      int intervals = (int) ((System.nanoTime() - begin) / INTERVAL.toNanos()) + 1;
      say(first, "end", watchers);
      assertThat(watchers).allMatch(member -> member.joined == entering);
      await(reading);
      assertThat(entered).allMatch(member -> member.caughtUp);
      List<Member> everybody = new ArrayList<>(watchers);
      everybody.addAll(entered);

      report(entering, intervals, watchers, everybody);
      check(intervals, everybody);
      server.stop();
      return new Storm(intervals, most(everybody, Member::messages));
    }
  }

  private static void check(int intervals, List<Member> everybody) {
    int presence = MAX_SINGLE * intervals;
    long bytes = ENTRANCE_BYTES + (long) TELLING_BYTES * intervals;
    for (Member member : everybody) {
      assertThat(member.presence).as(member.user).isLessThanOrEqualTo(presence);
      assertThat(member.messages()).as(member.user).isLessThanOrEqualTo(ENTRANCE_EVENTS + presence);
      assertThat(member.bytes()).as(member.user).isLessThanOrEqualTo(bytes);
    }
  }

  private List<Member> open(ServerProcess server, String name, int count) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % STREAMS_PER_CONNECTION == 0) {
        channels.add(RawStream.channel(server.address()));
      }
      members.add(new Member(name + "-" + i, channels.getLast()));
    }
    return members;
  }

  /// Something is said, and everybody reads as far as that.
  private void say(Member speaker, String id, List<Member> members) throws Exception {
    speaker.stream.say(ROOM, id);
    all(members, member -> member.readUntilSaid(id));
  }

  private void all(List<Member> members, Consumer<Member> task) throws Exception {
    await(start(members, task));
  }

  private List<Future<?>> start(List<Member> members, Consumer<Member> task) {
    List<Future<?>> started = new ArrayList<>();
    members.forEach(member -> started.add(readers.submit(() -> task.accept(member))));
    return started;
  }

  private static void await(List<Future<?>> started) throws Exception {
    for (Future<?> each : started) {
      each.get();
    }
  }

  private static long most(List<Member> members, ToLongFunction<Member> count) {
    return members.stream().mapToLong(count).max().orElseThrow();
  }

  private static long sum(List<Member> members, ToLongFunction<Member> count) {
    return members.stream().mapToLong(count).sum();
  }

  private static void report(
      int entering, int intervals, List<Member> watchers, List<Member> everybody) {
    System.out.printf(
        "EntryStormIT: %,d enter; %d intervals; at most to each who was there: %d messages with %d"
            + " events of presence, %,d bytes; to each: %d messages with %d, %,d bytes; in all: %,d"
            + " messages with %,d, %,d bytes%n",
        entering,
        intervals,
        most(watchers, Member::messages),
        most(watchers, member -> member.presence),
        most(watchers, Member::bytes),
        most(everybody, Member::messages),
        most(everybody, member -> member.presence),
        most(everybody, Member::bytes),
        sum(everybody, Member::messages),
        sum(everybody, member -> member.presence),
        sum(everybody, Member::bytes));
  }

  /// Somebody in the room, and what he was sent. For one thread at a time.
  private static final class Member {
    private final String user;
    private final RawStream stream;
    private boolean caughtUp;
    private String lastSaid = "";
    private int joined;
    private int presence;
    private long messagesBefore;
    private long bytesBefore;

    Member(String user, ManagedChannel channel) {
      this.user = user;
      stream = RawStream.open(channel, user, Map.of(ROOM, 0L));
    }

    void readUntilSaid(String id) {
      readUntil(() -> lastSaid.equals(id));
    }

    void readUntil(BooleanSupplier enough) {
      while (!enough.getAsBoolean()) {
        ChatEvent event = stream.next();
        assertThat(event).as("%s: an event", user).isNotNull();
        take(event);
      }
    }

    private void take(ChatEvent event) {
      switch (event.getEventCase()) {
        case MESSAGE -> lastSaid = event.getMessage().getId();
        case USER_JOINED -> {
          joined++;
          presence++;
        }
        case PRESENCE -> {
          joined += event.getPresence().getJoinedCount();
          presence++;
        }
        case CAUGHT_UP -> caughtUp = true;
        case PING -> { // where the machine is slow
          messagesBefore++;
          bytesBefore += event.getSerializedSize();
          stream.send(
              ChatRequest.newBuilder()
                  .setPong(Pong.newBuilder().setNonce(event.getPing().getNonce()))
                  .build());
        }
        case WELCOME, ROOM_JOINED, ROOM_UPDATED, ACK -> {}
        default -> throw new AssertionError(user + " was told " + event);
      }
    }

    long messages() {
      return stream.messages() - messagesBefore;
    }

    long bytes() {
      return stream.bytes() - bytesBefore;
    }

    void countAnew() {
      joined = 0;
      presence = 0;
      messagesBefore = stream.messages();
      bytesBefore = stream.bytes();
    }
  }
}
