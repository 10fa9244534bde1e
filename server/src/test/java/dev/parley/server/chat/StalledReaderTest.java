package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A client that does not read: others do not notice, and it gets everything when it reads.
@Timeout(120)
class StalledReaderTest {
  private static final int MANY = 3_000;
  private static final int SMALL_WINDOW = 65_535;
  private static final int ALL = Integer.MAX_VALUE;

  /// Some megabytes in all: many times what is on its way to a client that does not read.
  private static final String PADDING = "x".repeat(1_000);

  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension()
          .with(Setting.STALL_TIMEOUT, "5s")
          .with(Setting.PING_INTERVAL, "10m")
          .with(Setting.PRESENCE_GRACE, "0s");

  private NativeStream alice;
  private NativeStream bob;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
  }

  private NativeStream stalled() {
    return stalled("slow", server.connect(SMALL_WINDOW));
  }

  /// A stream that is in the room and takes nothing but its welcome.
  private NativeStream stalled(String user, ManagedChannel connection) {
    NativeStream slow = NativeStream.slow(connection, 1);
    slow.send(NativeStream.resume(user, 0, 0));
    slow.await(EventCase.WELCOME);
    alice.await(event -> event.getUserJoined().getUser().getId().equals(user));
    return slow;
  }

  private static String text(int i) {
    return i + " " + PADDING;
  }

  private long talk() {
    for (int i = 0; i < MANY; i++) {
      alice.send(NativeStream.text("m" + i, text(i)));
    }
    return alice.ack("m" + (MANY - 1)).getSequence();
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /// Lets time pass until the server has let a user go; in steps so small that what follows has
  /// much of its time left.
  private void awaitGone(String user) {
    NativeCalls calls = NativeCalls.by("alice", server.connect());
    while (calls.online("general").contains(user)) {
      server.passTime();
    }
  }

  @Test
  void itGetsEverythingInOrderOnceItReads() {
    NativeStream slow = stalled();
    long last = talk();
    bob.find(event -> event.getSequence() == last);
    assertThat(slow.sequences()).isEmpty();
    slow.inbox().take(ALL);
    slow.find(event -> event.getSequence() == last);
    assertThat(slow.sequences()).isEqualTo(upTo(last));
    alice.said("live", "live");
    slow.message("live");
  }

  @Test
  void itGetsEverythingInOrderIfItReadsNowAndThen() {
    NativeStream slow = stalled();
    long last = talk();
    for (int taken = 1; taken <= 20; taken++) {
      int count = slow.all().size();
      slow.inbox().take(1);
      slow.inbox().awaitCount(count + 1);
      alice.said("between" + taken, "between");
    }
    slow.inbox().take(ALL);
    slow.find(event -> event.getSequence() == last + 20);
    assertThat(slow.sequences()).isEqualTo(upTo(last + 20));
  }

  @Test
  void ofWhatEveryoneTypedItGetsTheNewest() {
    NativeStream slow = stalled();
    talk();
    for (int i = 0; i < 500; i++) {
      alice.send(NativeStream.typing(i % 2 == 0));
      bob.send(NativeStream.typing(i % 2 == 1));
    }
    alice.fence();
    bob.fence();
    long last = alice.said("last", "last").getSequence();
    slow.inbox().take(ALL);
    slow.find(event -> event.getSequence() == last);
    assertThat(slow.all(EventCase.USER_TYPING))
        .extracting(ChatEvent::getUserTyping)
        .hasSize(2)
        .allSatisfy(
            typing ->
                assertThat(typing.getIsTyping()).isEqualTo(typing.getUser().getId().equals("bob")));
  }

  @Test
  void whoStaysStalledIsEndedAndResumesWithNothingLost() {
    NativeStream slow = stalled();
    long last = talk();
    awaitGone("slow");
    slow.inbox().take(ALL);
    assertThat(NativeCalls.reason(slow.inbox().end())).isEqualTo(Reason.STALLED);
    List<Long> seen = slow.sequences();
    assertThat(seen).hasSizeLessThan(MANY).isEqualTo(upTo(seen.size()));
    NativeStream back =
        NativeStream.open(server.connect(), NativeStream.resume("slow", seen.size(), 0));
    back.find(event -> event.getSequence() == last);
    assertThat(back.sequences())
        .isEqualTo(LongStream.rangeClosed(seen.size() + 1, last).boxed().toList());
    assertThat(alice.inbox().hasEnded()).isFalse();
  }

  @Test
  void whoDoesNotTakeTheEndEitherLosesTheConnection() {
    ManagedChannel connection = server.connect(SMALL_WINDOW);
    stalled("slow", connection);
    talk();
    awaitGone("slow");
    awaitCutOff(connection);
    bob.fence();
  }

  private void awaitCutOff(ManagedChannel connection) {
    while (connection.getState(false) == ConnectivityState.READY) {
      server.passTime();
      alice.fence();
    }
  }

  @Test
  void whoTakesTheEndInTimeKeepsTheConnection() {
    ManagedChannel connection = server.connect(SMALL_WINDOW);
    ManagedChannel other = server.connect(SMALL_WINDOW);
    NativeStream slow = stalled("slow", connection);
    stalled("slower", other);
    talk();
    awaitGone("slow");
    slow.inbox().take(ALL);
    assertThat(NativeCalls.reason(slow.inbox().end())).isEqualTo(Reason.STALLED);
    NativeStream back = NativeStream.joined(connection, "back");
    awaitCutOff(other);
    back.said("m", "still here");
  }

  @Test
  void whoReadsBeforeTheTimeIsOverIsNotEnded() {
    NativeStream slow = stalled();
    long last = talk();
    server.clock().advance(Duration.ofSeconds(4));
    slow.inbox().take(ALL);
    slow.find(event -> event.getSequence() == last);
    server.clock().advance(Duration.ofSeconds(4));
    slow.said("m", "still here");
  }

  @Test
  void itsAnswersWaitWithItAndAreNotLost() {
    NativeStream slow = stalled();
    talk();
    for (int i = 0; i < 200; i++) {
      slow.send(NativeStream.text("s" + i, "from slow " + i));
    }
    slow.inbox().take(ALL);
    slow.find(event -> event.getAck().getMessageId().equals("s199"));
    assertThat(slow.all(EventCase.ACK)).hasSize(200);
    bob.message("from slow 199");
  }

  @Test
  void aClassicStreamIsFedLateAndNothingIsSkipped() {
    ClassicStream slow = ClassicStream.slow(server.connect(SMALL_WINDOW), "slow");
    talk();
    assertThat(slow.all()).isEmpty();
    slow.inbox().take(ALL);
    slow.message(text(MANY - 1));
    assertThat(slow.texts())
        .isEqualTo(IntStream.range(0, MANY).mapToObj(StalledReaderTest::text).toList());
    slow.said("m", "still here");
    bob.message("still here");
  }

  @Test
  void aClassicStreamThatStaysStalledIsEnded() {
    ClassicStream slow = ClassicStream.slow(server.connect(SMALL_WINDOW), "slow");
    talk();
    awaitGone("slow");
    slow.inbox().take(ALL);
    assertThat(NativeCalls.reason(slow.inbox().end())).isEqualTo(Reason.STALLED);
    List<String> texts = slow.texts();
    assertThat(texts)
        .isEqualTo(IntStream.range(0, texts.size()).mapToObj(StalledReaderTest::text).toList());
  }
}
