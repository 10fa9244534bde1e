package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Entering a room, and where its events begin.
class NativeJoinTest {
  /// The first entry of a room tells of its making.
  private static final long MADE = 1;

  private static final int SAID = 10;

  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension().with(Setting.MAX_ROOMS_PER_STREAM, "2");

  private NativeStream alice;
  private NativeStream bob;

  @BeforeEach
  void talk() {
    alice = NativeStream.joined(server.connect(), "alice");
    for (int i = 1; i <= SAID; i++) {
      alice.said("m" + i, "text " + i);
    }
    bob = NativeStream.open(server.connect(), "bob");
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private ChatRequest.Builder join(String id, Join.Builder join) {
    return NativeStream.request(id).setJoin(join);
  }

  @Test
  void aPlainJoinBeginsWithWhatComesFromNowOn() {
    RoomJoinedEvent joined = bob.join("general");
    assertThat(joined.getAfterSequence()).isEqualTo(MADE + SAID);
    assertThat(joined.getLastSequence()).isEqualTo(MADE + SAID);
    assertThat(joined.getReset()).isFalse();
    alice.said("new", "new");
    bob.message("new");
    assertThat(bob.texts()).containsExactly("new");
  }

  @Test
  void theAnswerTellsOfTheRoomAndWhoIsThere() {
    RoomJoinedEvent joined = bob.join("general");
    assertThat(joined.getRoom().getName()).isEqualTo("General");
    assertThat(joined.getRoom().getMemberCount()).isEqualTo(2);
    assertThat(joined.getRoom().getOnlineCount()).isEqualTo(2);
    assertThat(joined.getOnlineUsersList())
        .extracting(dev.parley.chat.v1.User::getId)
        .containsExactly("alice", "bob");
    assertThat(joined.getEpoch()).isNotZero();
  }

  @Test
  void historyBringsTheNewestThenCaughtUpThenWhatIsLive() {
    RoomJoinedEvent joined = bob.join("general", Join.newBuilder().setHistory(3));
    assertThat(joined.getAfterSequence()).isEqualTo(MADE + SAID - 3);
    alice.said("new", "new");
    bob.message("new");
    assertThat(bob.texts()).containsExactly("text 8", "text 9", "text 10", "new");
    List<EventCase> kinds = bob.all().stream().map(ChatEvent::getEventCase).toList();
    assertThat(kinds.indexOf(EventCase.ROOM_JOINED)).isLessThan(kinds.indexOf(EventCase.MESSAGE));
    ChatEvent caughtUp = bob.all(EventCase.CAUGHT_UP).getFirst();
    assertThat(caughtUp.getCaughtUp().getSequence()).isEqualTo(MADE + SAID);
    assertThat(caughtUp.getCaughtUp().getRoomId()).isEqualTo("general");
    assertThat(bob.all().indexOf(caughtUp)).isEqualTo(kinds.lastIndexOf(EventCase.MESSAGE) - 1);
  }

  @Test
  void moreHistoryThanThereIsIsAllOfIt() {
    bob.join("general", Join.newBuilder().setHistory(1_000));
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.texts()).hasSize(SAID).startsWith("text 1");
  }

  @Test
  void aPositionBringsEverythingAfterIt() {
    bob.join("general", Join.newBuilder().setAfterSequence(4));
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.sequences()).isEqualTo(range(5, MADE + SAID));
  }

  @Test
  void positionZeroBringsEverything() {
    bob.join("general", Join.newBuilder().setAfterSequence(0));
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.sequences()).isEqualTo(range(1, MADE + SAID));
  }

  @Test
  void joiningAgainStartsAnewAtThePosition() {
    bob.join("general", Join.newBuilder().setAfterSequence(MADE + SAID));
    bob.await(EventCase.CAUGHT_UP);
    bob.join("general", Join.newBuilder().setAfterSequence(MADE + SAID - 2));
    bob.await(EventCase.CAUGHT_UP);
    alice.said("new", "new");
    bob.message("new");
    bob.fence();
    assertThat(bob.sequences()).isEqualTo(range(MADE + SAID - 1, MADE + SAID + 1));
    assertThat(bob.all(EventCase.ROOM_CLOSED)).isEmpty();
  }

  @Test
  void aPositionBeyondTheEndIsReset() {
    RoomJoinedEvent joined = bob.join("general", Join.newBuilder().setAfterSequence(1_000));
    assertThat(joined.getReset()).isTrue();
    assertThat(joined.getAfterSequence()).isZero();
    bob.await(EventCase.CAUGHT_UP);
    assertThat(bob.sequences()).isEqualTo(range(1, MADE + SAID));
  }

  @Test
  void aPositionOfAnotherEpochIsReset() {
    long epoch = bob.join("random").getEpoch();
    Join.Builder other = Join.newBuilder().setAfterSequence(5).setEpoch(epoch + 1);
    RoomJoinedEvent joined = bob.join("general", other);
    assertThat(joined.getReset()).isTrue();
    assertThat(joined.getAfterSequence()).isZero();
    assertThat(joined.getEpoch()).isEqualTo(epoch);
    RoomJoinedEvent same = bob.join("general", other.setEpoch(epoch));
    assertThat(same.getReset()).isFalse();
    assertThat(same.getAfterSequence()).isEqualTo(5);
  }

  @Test
  void aStartThatMakesNoSenseIsRefused() {
    assertThat(bob.refused(join("j1", Join.newBuilder().setAfterSequence(-1))).getReason())
        .isEqualTo("INVALID_REQUEST");
    assertThat(bob.refused(join("j2", Join.newBuilder().setHistory(-1))).getReason())
        .isEqualTo("INVALID_REQUEST");
    assertThat(bob.refused(join("j3", Join.newBuilder()).setRoomId("")).getReason())
        .isEqualTo("INVALID_REQUEST");
    assertThat(bob.refused(join("j4", Join.newBuilder()).setRoomId("nowhere")).getReason())
        .isEqualTo("ROOM_NOT_FOUND");
  }

  @Test
  void aRoomTooManyIsRefusedUntilOneIsLeft() {
    NativeCalls.by("alice", server.connect()).create("third");
    bob.join("general");
    bob.join("random");
    ChatRequest.Builder third = join("third", Join.newBuilder()).setRoomId("third");
    assertThat(bob.refused(third).getReason()).isEqualTo("LIMIT_REACHED");
    bob.join("general"); // again is not one more
    bob.done(NativeStream.leave("l1"));
    bob.join("third");
  }

  @Test
  void leavingTakesTheRoomFromAllStreamsOfTheUser() {
    bob.join("general");
    NativeStream other = NativeStream.joined(server.connect(), "bob");
    assertThat(bob.done(NativeStream.leave("l1")).getRoomId()).isEqualTo("general");
    for (NativeStream stream : List.of(bob, other)) {
      stream.fence();
      assertThat(stream.all(EventCase.ROOM_CLOSED))
          .extracting(event -> event.getRoomClosed().getReason())
          .containsExactly("LEFT");
      assertThat(stream.refused(NativeStream.text("m", "hi")).getReason())
          .isEqualTo("NOT_A_MEMBER");
    }
    assertThat(NativeCalls.by("bob", server.connect()).room("general").getMemberCount())
        .isEqualTo(1);
  }
}
