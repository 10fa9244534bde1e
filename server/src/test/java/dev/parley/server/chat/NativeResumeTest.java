package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.server.ServerExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Coming back: nothing is lost, nothing repeated.
@Timeout(60)
class NativeResumeTest {
  /// More than several pages.
  private static final int MANY = 1_500;

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private RoomJoinedEvent joined;

  @BeforeEach
  void enter() {
    alice = NativeStream.open(server.connect(), "alice");
    joined = alice.join("general");
  }

  private void say(int from, int to) {
    for (int i = from; i < to; i++) {
      alice.send(NativeStream.text("m" + i, "text " + i));
    }
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void whatWasMissedComesInOrderWithoutGapOrRepeatThenWhatIsLive() {
    say(0, MANY);
    long last = alice.ack("m" + (MANY - 1)).getSequence();
    long seen = last - MANY + 7;
    NativeStream bob =
        NativeStream.open(server.connect(), NativeStream.resume("bob", seen, joined.getEpoch()));
    ChatEvent caughtUp = bob.await(EventCase.CAUGHT_UP);
    assertThat(caughtUp.getCaughtUp().getSequence()).isEqualTo(last);
    assertThat(bob.sequences()).isEqualTo(range(seen + 1, last));
    alice.said("live", "live");
    bob.message("live");
    assertThat(bob.sequences()).isEqualTo(range(seen + 1, last + 1));
  }

  @Test
  void aClientWithoutBatchesGetsTheSameOneByOne() {
    say(0, MANY);
    long last = alice.ack("m" + (MANY - 1)).getSequence();
    Hello.Builder hello =
        Hello.newBuilder().addRooms(RoomPosition.newBuilder().setRoomId("general").setSequence(0));
    NativeStream bob = NativeStream.open(server.connect(), NativeStream.hello("bob", hello));
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.sequences()).isEqualTo(range(1, last));
    assertThat(bob.batches()).isZero();
  }

  @Test
  void resumingWhileOthersTalkHasNoGapBetweenStoredAndLive() {
    CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> say(0, MANY));
    List<NativeStream> streams = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      NativeStream bob = NativeStream.open(server.connect(), NativeStream.resume("bob" + i, 0, 0));
      bob.await(EventCase.CAUGHT_UP);
      streams.add(bob);
    }
    talk.join();
    long last = alice.ack("m" + (MANY - 1)).getSequence();
    for (NativeStream stream : streams) {
      stream.find(event -> event.getSequence() >= last);
      assertThat(stream.sequences()).isEqualTo(range(1, last));
    }
  }

  @Test
  void aStreamThatBreaksAgainAndAgainMissesNothing() {
    Random random = new Random(1);
    List<Long> got = new ArrayList<>();
    long seen = joined.getLastSequence();
    CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> say(0, MANY));
    while (seen < joined.getLastSequence() + MANY) {
      NativeStream bob =
          NativeStream.open(server.connect(), NativeStream.resume("bob", seen, joined.getEpoch()));
      long until = Math.min(seen + random.nextInt(300) + 1, joined.getLastSequence() + MANY);
      bob.await(event -> event.getSequence() >= until);
      bob.cancel();
      List<Long> sequences = bob.sequences();
      got.addAll(sequences);
      seen = sequences.getLast();
    }
    talk.join();
    assertThat(got).isEqualTo(range(joined.getLastSequence() + 1, joined.getLastSequence() + MANY));
  }

  @Test
  void positionsHoldOverARestart() throws Exception {
    say(0, MANY);
    long last = alice.ack("m" + (MANY - 1)).getSequence();
    server.stop();
    server.start();
    NativeStream bob =
        NativeStream.open(server.connect(), NativeStream.resume("bob", 10, joined.getEpoch()));
    RoomJoinedEvent again = bob.await(EventCase.ROOM_JOINED).getRoomJoined();
    assertThat(again.getReset()).isFalse();
    assertThat(again.getEpoch()).isEqualTo(joined.getEpoch());
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.sequences()).isEqualTo(range(11, last));
  }

  @Test
  void allRoomsOfHelloAreResumedEachAtItsPlace() {
    alice.join("random");
    alice.done(NativeStream.textIn("random", "r1", "elsewhere"));
    say(0, 20);
    long last = alice.ack("m19").getSequence();
    ChatRequest.Builder hello = NativeStream.resume("bob", last - 2, 0);
    hello.getHelloBuilder().addRooms(RoomPosition.newBuilder().setRoomId("random").setSequence(0));
    NativeStream bob = NativeStream.open(server.connect(), hello);
    bob.await(EventCase.CAUGHT_UP);
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.texts()).containsExactlyInAnyOrder("elsewhere", "text 18", "text 19");
  }

  @Test
  void anotherEpochOrAPlaceBeyondTheEndStartsOver() {
    long last = alice.said("m", "text").getSequence();
    for (ChatRequest.Builder hello :
        List.of(
            NativeStream.resume("bob", last, joined.getEpoch() + 1),
            NativeStream.resume("bob", last + 1, joined.getEpoch()))) {
      NativeStream bob = NativeStream.open(server.connect(), hello);
      RoomJoinedEvent again = bob.await(EventCase.ROOM_JOINED).getRoomJoined();
      assertThat(again.getReset()).isTrue();
      assertThat(again.getAfterSequence()).isZero();
      bob.await(EventCase.CAUGHT_UP);
      assertThat(bob.sequences()).isEqualTo(range(1, last));
    }
  }
}
