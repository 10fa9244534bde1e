package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.PresenceEvent;
import dev.parley.chat.v1.User;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Half of a room of 5,000 loses its connections at once and comes back at once, with nothing lost.
/// What the other half is sent for it is bounded:
///
/// - nothing at all, if they come back within the grace period;
/// - else one telling an interval: one event that names at most 50 who came and 50 who went, or at
///   most 8 events that name one each. A name takes at most 400 bytes (id, user name and display
///   name of 128 each), so a telling at most 40 KB; with names of a usual length, 5 KB.
///
/// Who comes back is told that, what was missed, and at most 100 of those who are there; and then
/// what the others are told.
///
/// The intervals are those that fit into the time it takes, so on a slow machine there are more.
class ResumeStormIT {
  private static final int HALF = Integer.getInteger("parley.storm.half", 2_500);
  private static final int STREAMS_PER_CONNECTION = 100;
  private static final String ROOM = "general";
  private static final int SAID_MEANWHILE = 20;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int MAX_SINGLE = 8;
  private static final int MAX_NAMED = 50;

  /// Of a user whose three names are at most 12 bytes long, in a list.
  private static final int NAME_BYTES = 50;

  /// Of an event without names: its counts and the room, or a room and a time.
  private static final int EVENT_BYTES = 60;

  /// Of what a stream is told when it enters a room.
  private static final int WELCOME_BYTES = 100 * NAME_BYTES + 1_000;

  private static final int TELLING_BYTES =
      Math.max(2 * MAX_NAMED * NAME_BYTES + EVENT_BYTES, MAX_SINGLE * (NAME_BYTES + EVENT_BYTES));

  @TempDir Path data;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    readers.shutdownNow();
  }

  @Test
  void whoComesBackWithinTheGraceIsNoNews() throws Exception {
    try (ServerProcess server = start("10m")) {
      List<Member> staying = enter(server, "first", 1);
      staying.addAll(enter(server, "stays", HALF - 1));
      List<Member> breaking = enter(server, "breaks", HALF);
      settle(staying, breaking);

      disconnect(breaking);
      comeBack(server, staying.getFirst(), breaking);
      try (RawStream _ = RawStream.open(server.address(), "zoe", Map.of(ROOM, 0L))) {
        all(staying, member -> member.readUntil(() -> member.joined > 0));
      }
      report("resumed within the grace, and zoe came to the others", staying);
      for (Member member : staying) {
        assertThat(member.events).as(member.user).isEqualTo(1);
        assertThat(member.singly).as(member.user).containsExactly("zoe");
      }
      server.stop();
    }
  }

  @Test
  void whoComesBackLaterIsToldInFewEvents() throws Exception {
    try (ServerProcess server = start("1s")) {
      List<Member> staying = enter(server, "first", 1);
      staying.addAll(enter(server, "stays", HALF - 1));
      List<Member> breaking = enter(server, "breaks", HALF);
      settle(staying, breaking);

      long begin = System.nanoTime();
      disconnect(breaking);
      Member observer = staying.getFirst();
      observer.readUntil(() -> observer.left == HALF);
      comeBack(server, observer, breaking);
      all(staying, member -> member.readUntil(() -> member.joined == HALF));
      int intervals = (int) ((System.nanoTime() - begin) / INTERVAL.toNanos()) + 1;
      report("were away for longer, the others, in %d intervals".formatted(intervals), staying);
      for (Member member : staying) {
        assertThat(member.left).as(member.user).isEqualTo(HALF);
      }
      observer.say(1);
      all(breaking, member -> member.readUntil(() -> member.last == observer.last));
      report("came back", breaking);
      for (Member member : breaking) {
        assertThat(member.welcomeBytes).as(member.user).isBetween(1L, (long) WELCOME_BYTES);
      }
      for (Member member : Stream.concat(staying.stream(), breaking.stream()).toList()) {
        assertThat(member.tellings()).as(member.user).isLessThanOrEqualTo(intervals);
        assertThat(member.events).as(member.user).isLessThanOrEqualTo(MAX_SINGLE * intervals);
        assertThat(member.bytes)
            .as(member.user)
            .isLessThanOrEqualTo((long) TELLING_BYTES * intervals);
      }
      server.stop();
    }
  }

  private ServerProcess start(String grace) {
    return ServerProcess.start(
        data,
        0,
        "--presence-grace",
        grace,
        "--presence-interval",
        INTERVAL.toMillis() + "ms",
        "--ping-interval",
        "10m",
        "--stall-timeout",
        "1h");
  }

  private ManagedChannel connect(ServerProcess server) {
    ManagedChannel channel = RawStream.channel(server.address());
    channels.add(channel);
    return channel;
  }

  private List<Member> enter(ServerProcess server, String name, int count) throws Exception {
    List<Member> members = new ArrayList<>();
    ManagedChannel channel = connect(server);
    for (int i = 0; i < count; i++) {
      channel = i % STREAMS_PER_CONNECTION == 0 ? connect(server) : channel;
      members.add(new Member(name + "-" + i, channel));
    }
    all(members, member -> member.readUntil(() -> member.caughtUp));
    return members;
  }

  /// Waits until everybody has been told of everybody, and begins to count.
  private void settle(List<Member> staying, List<Member> breaking) throws Exception {
    Member first = staying.getFirst();
    first.readUntil(() -> first.joined >= 2 * HALF - 1);
    first.say(1);
    for (List<Member> half : List.of(staying, breaking)) {
      all(half, member -> member.readUntil(() -> member.last == first.last));
      half.forEach(Member::countAnew);
    }
  }

  private static void disconnect(List<Member> members) throws InterruptedException {
    for (ManagedChannel channel :
        members.stream().map(member -> member.channel).distinct().toList()) {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /// Something is said; then all come back at once, to go on from where they were.
  private void comeBack(ServerProcess server, Member speaker, List<Member> members)
      throws Exception {
    speaker.say(SAID_MEANWHILE);
    ManagedChannel channel = connect(server);
    for (int i = 0; i < members.size(); i++) {
      channel = i % STREAMS_PER_CONNECTION == 0 ? connect(server) : channel;
      members.get(i).open(channel);
    }
    all(members, member -> member.readUntil(() -> member.last == speaker.last));
  }

  private void all(List<Member> members, Consumer<Member> task) throws Exception {
    for (Future<?> done :
        members.stream().map(m -> readers.submit(() -> task.accept(m))).toList()) {
      done.get();
    }
  }

  private static void report(String what, List<Member> members) {
    System.out.printf(
        "ResumeStormIT: %,d of %,d %s: sent to each: events of presence: %d, bytes: %,d;"
            + " of welcome: %,d%n",
        HALF,
        2 * HALF,
        what,
        members.stream().mapToInt(member -> member.events).max().orElseThrow(),
        members.stream().mapToLong(member -> member.bytes).max().orElseThrow(),
        members.stream().mapToLong(member -> member.welcomeBytes).max().orElseThrow());
  }

  /// A member of the room: what it has of the journal, which comes in order and without a gap over
  /// all of its streams, and what it was told of others. For one thread at a time.
  private static final class Member {
    private final String user;
    private ManagedChannel channel;
    private RawStream stream;
    private boolean caughtUp;
    private long last;
    private int joined;
    private int left;
    private int events;
    private long bytes;
    private long welcomeBytes;
    private int summaries;
    private final List<String> singly = new ArrayList<>();
    private final Set<Timestamp> toldSingly = new HashSet<>();

    Member(String user, ManagedChannel channel) {
      this.user = user;
      this.channel = channel;
      stream = RawStream.open(channel, user, Map.of(ROOM, 0L));
    }

    void open(ManagedChannel through) {
      channel = through;
      stream = RawStream.open(through, user, Map.of(ROOM, last));
    }

    void say(int messages) {
      long target = last + messages;
      for (int i = 0; i < messages; i++) {
        stream.say(ROOM, "m-" + (last + 1 + i));
      }
      readUntil(() -> last == target);
    }

    void readUntil(BooleanSupplier enough) {
      while (!enough.getAsBoolean()) {
        ChatEvent event = stream.next();
        assertThat(event).as("%s: an event after %d", user, last).isNotNull();
        take(event);
      }
    }

    private void take(ChatEvent event) {
      switch (event.getEventCase()) {
        case MESSAGE, ROOM_UPDATED -> {
          assertThat(event.getSequence()).as("%s, %s", user, event).isEqualTo(last + 1);
          last++;
        }
        case USER_JOINED -> {
          joined++;
          single(event, event.getUserJoined().getUser(), event.getUserJoined().getTimestamp());
        }
        case USER_LEFT -> {
          left++;
          single(event, event.getUserLeft().getUser(), event.getUserLeft().getTimestamp());
        }
        case PRESENCE -> {
          PresenceEvent presence = event.getPresence();
          assertThat(presence.getJoinedUsersCount()).isLessThanOrEqualTo(MAX_NAMED);
          assertThat(presence.getLeftUsersCount()).isLessThanOrEqualTo(MAX_NAMED);
          joined += presence.getJoinedCount();
          left += presence.getLeftCount();
          summaries++;
          count(event);
        }
        case CAUGHT_UP -> caughtUp = true;
        case WELCOME, ROOM_JOINED -> welcomeBytes += event.getSerializedSize();
        case ACK -> {}
        default -> throw new AssertionError(user + " was told " + event);
      }
    }

    private void single(ChatEvent event, User who, Timestamp at) {
      singly.add(who.getId());
      toldSingly.add(at);
      count(event);
    }

    private void count(ChatEvent event) {
      events++;
      bytes += event.getSerializedSize();
    }

    int tellings() {
      return summaries + toldSingly.size();
    }

    void countAnew() {
      joined = 0;
      left = 0;
      events = 0;
      bytes = 0;
      welcomeBytes = 0;
      summaries = 0;
      singly.clear();
      toldSingly.clear();
    }
  }
}
