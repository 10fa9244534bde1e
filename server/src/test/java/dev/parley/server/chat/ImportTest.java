package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.ImportRefusal;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.User;
import dev.parley.core.error.Reason;
import dev.parley.server.Inbox;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Bringing messages in from elsewhere.
class ImportTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private static Inbox<ImportMessagesRequest, ImportMessagesResponse, ImportMessagesResponse> open(
      Channel channel) {
    Inbox<ImportMessagesRequest, ImportMessagesResponse, ImportMessagesResponse> inbox =
        Inbox.of(List::of);
    var unused = RoomServiceGrpc.newStub(channel).importMessages(inbox);
    return inbox;
  }

  private Inbox<ImportMessagesRequest, ImportMessagesResponse, ImportMessagesResponse> open() {
    return open(NativeCalls.named("importer", server.connect()));
  }

  private static ChatMessage.Builder said(String room, String author, String id) {
    return ChatMessage.newBuilder()
        .setRoomId(room)
        .setId(id)
        .setSender(User.newBuilder().setId(author))
        .setTimestamp(Timestamp.newBuilder().setSeconds(1_100_000_000))
        .setContent(MessageContent.newBuilder().setText("text of " + id));
  }

  private static ImportMessagesRequest.Builder frame(String room, int from, int to) {
    ImportMessagesRequest.Builder frame = ImportMessagesRequest.newBuilder();
    for (int i = from; i < to; i++) {
      frame.addMessages(said(room, "user" + i % 3, "i" + i));
    }
    return frame;
  }

  @Test
  void messagesComeInWithAuthorsIdsAndTimesAndRoomsAreMade() {
    var call = open();
    call.call()
        .onNext(
            frame("old", 0, 10)
                .addRooms(Room.newBuilder().setId("old").setName("Old times"))
                .build());
    call.call().onCompleted();
    assertThat(call.end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    assertThat(call.all())
        .containsExactly(ImportMessagesResponse.newBuilder().setImported(10).build());
    NativeCalls bob = NativeCalls.by("bob", server.connect());
    assertThat(bob.room("old").getName()).isEqualTo("Old times");
    List<ChatMessage> history = bob.history("old");
    assertThat(history).extracting(ChatMessage::getId).startsWith("i0").endsWith("i9").hasSize(10);
    assertThat(history.get(4).getSender().getId()).isEqualTo("user1");
    assertThat(history.get(4).getTimestamp().getSeconds()).isEqualTo(1_100_000_000);
  }

  @Test
  void framesAreAnsweredInOrderEachAfterItsOwn() {
    var call = open();
    for (int i = 0; i < 20; i++) {
      call.call().onNext(frame("old", 0, i + 1).build());
    }
    call.call().onCompleted();
    assertThat(call.end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    assertThat(call.all()).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(call.all().get(i).getImported()).isEqualTo(1);
      assertThat(call.all().get(i).getDuplicates()).isEqualTo(i);
    }
  }

  @Test
  void bringingTheSameAgainAddsNothingAlsoAfterARestart() throws Exception {
    var first = open();
    first.call().onNext(frame("old", 0, 1_000).build());
    assertThat(first.awaitCount(1).getFirst().getImported()).isEqualTo(1_000);
    server.stop();
    server.start();
    var second = open();
    second.call().onNext(frame("old", 0, 1_000).build());
    assertThat(second.awaitCount(1).getFirst().getDuplicates()).isEqualTo(1_000);
    assertThat(NativeCalls.by("bob", server.connect()).history("old")).hasSize(1_000);
  }

  @Test
  void whatCannotBeTakenIsToldWithItsIndexAndTheRestIsTaken() {
    var call = open();
    call.call()
        .onNext(
            ImportMessagesRequest.newBuilder()
                .addMessages(said("old", "ann", "i0"))
                .addMessages(said("old", "", "i1"))
                .addMessages(said("", "ann", "i2"))
                .addMessages(said("old", "ann", "i3").clearContent())
                .addMessages(
                    said("old", "ann", "i4")
                        .setContent(MessageContent.newBuilder().setText("x".repeat(65_537))))
                .addMessages(said("old", "ann", "i5"))
                .build());
    ImportMessagesResponse answer = call.awaitCount(1).getFirst();
    assertThat(answer.getImported()).isEqualTo(2);
    assertThat(answer.getRefusedList())
        .extracting(ImportRefusal::getIndex, ImportRefusal::getReason)
        .containsExactlyInAnyOrder(
            tuple(1, "INVALID_REQUEST"),
            tuple(2, "INVALID_REQUEST"),
            tuple(3, "INVALID_REQUEST"),
            tuple(4, "TOO_LARGE"));
    call.call().onNext(frame("old", 0, 1).build());
    assertThat(call.awaitCount(2).getLast().getRefusedCount()).isZero();
  }

  @Test
  void thoseInTheRoomSeeWhatIsBroughtIn() {
    NativeStream alice = NativeStream.joined(server.connect(), "alice");
    var call = open();
    call.call().onNext(frame("general", 0, 300).build());
    assertThat(call.awaitCount(1).getFirst().getImported()).isEqualTo(300);
    alice.message("text of i299");
    assertThat(alice.texts()).hasSize(300);
  }

  @Test
  void anEmptyFrameIsAnsweredToo() {
    var call = open();
    call.call().onNext(ImportMessagesRequest.getDefaultInstance());
    assertThat(call.awaitCount(1)).containsExactly(ImportMessagesResponse.getDefaultInstance());
  }

  @Test
  void tooManyRoomsInAFrameEndTheCall() {
    var call = open();
    ImportMessagesRequest.Builder frame = frame("club", 0, 1);
    for (int i = 0; i < 1_000; i++) {
      frame.addRooms(Room.getDefaultInstance());
    }
    call.call().onNext(frame.build());
    assertThat(NativeCalls.reason(call.end())).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void tooManyMessagesInAFrameEndTheCall() {
    var call = open();
    call.call().onNext(frame("old", 0, 1_001).build());
    assertThat(NativeCalls.reason(call.end())).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void whoIsNotNamedMayNotBringAnythingIn() {
    assertThat(NativeCalls.reason(open(server.connect()).end())).isEqualTo(Reason.UNAUTHENTICATED);
  }
}
