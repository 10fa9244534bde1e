package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.classic.ChatEvent.EventCase;
import dev.parley.classic.ChatMessage;
import dev.parley.classic.ChatServiceGrpc;
import dev.parley.classic.JoinRoomRequest;
import dev.parley.classic.JoinRoomResponse;
import dev.parley.classic.LeaveRoomRequest;
import dev.parley.classic.User;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The calls beside the classic stream.
class ClassicCallsTest {
  private static final int TRIES = 100;

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  @Test
  void joinRoomWaitsForAFirstFrameThatItHasOvertaken() {
    Channel channel = server.connect();
    for (int i = 0; i < TRIES; i++) {
      ClassicStream stream = ClassicStream.silent(channel, "user" + i);
      CompletableFuture<JoinRoomResponse> joined =
          CompletableFuture.supplyAsync(() -> stream.join("general"));
      if (i % 2 == 0) {
        // whichever comes first, by chance; in the other half of the tries, the call
        stream.online("general");
      }
      stream.introduce();
      assertThat(joined.join().getSuccess()).isTrue();
      stream.said("m" + i, "in");
      stream.cancel();
    }
  }

  @Test
  void joinRoomAfterTheFirstFrameWorksToo() {
    for (int i = 0; i < TRIES; i++) {
      ClassicStream stream = ClassicStream.open(server.connect(), "user" + i);
      assertThat(stream.join("general").getSuccess()).isTrue();
      stream.said("m" + i, "in");
    }
  }

  @Test
  void joinRoomWaitsForTheNewStreamEvenIfTheUserHasAnOldOne() {
    ClassicStream.joined(server.connect(), "bob");
    Channel channel = server.connect();
    ClassicStream second = ClassicStream.silent(channel, "bob");
    // a call that is answered proves that the server knows of the stream before it
    second.online("general");
    CompletableFuture<JoinRoomResponse> joined =
        CompletableFuture.supplyAsync(() -> second.join("general"));
    second.online("general");
    second.introduce();
    assertThat(joined.join().getSuccess()).isTrue();
    second.said("m1", "from the second");
  }

  @Test
  void joinRoomOfAUserWithoutStreamIsRefusedAfterAWhile() {
    JoinRoomResponse answer = ClassicStream.silent(server.connect(), "bob").join("general");
    assertThat(answer.getSuccess()).isFalse();
    assertThat(answer.getErrorMessage()).isEqualTo("user not connected");
    assertThat(answer.hasRoom()).isTrue();
  }

  @Test
  void joinRoomAnswersWithTheRoomAndWhoIsOnlineTheJoinerIncluded() {
    ClassicStream alice = ClassicStream.joined(server.connect(), "alice");
    JoinRoomResponse answer = ClassicStream.open(server.connect(), "bob").join("general");
    assertThat(answer.getRoom().getId()).isEqualTo("general");
    assertThat(answer.getRoom().getName()).isEqualTo("General");
    assertThat(answer.getRoom().hasCreatedAt()).isTrue();
    assertThat(answer.getOnlineUsersList())
        .extracting(User::getUsername)
        .containsExactly("alice-name", "bob-name");
    assertThat(alice.join("random").getRoom().getName()).isEqualTo("Random");
  }

  @Test
  void joinRoomAnswersWithTheJoinerHoweverManyAreOnline() {
    Channel channel = server.connect();
    for (int i = 0; i < 120; i++) {
      ClassicStream.joined(channel, "user%03d".formatted(i));
    }
    JoinRoomResponse answer = ClassicStream.open(channel, "zoe").join("general");
    assertThat(answer.getOnlineUsersList()).hasSize(100);
    assertThat(answer.getOnlineUsersList()).extracting(User::getId).contains("zoe");
  }

  @Test
  void joinRoomOfAnUnknownRoomIsNoSuccessButNoError() {
    ClassicStream alice = ClassicStream.open(server.connect(), "alice");
    JoinRoomResponse answer = alice.join("no-such-room");
    assertThat(answer.getSuccess()).isFalse();
    assertThat(answer.getErrorMessage()).isEqualTo("room not found");
    assertThat(answer.hasRoom()).isTrue();
  }

  @Test
  void callsWithMissingFieldsAreInvalid() {
    ChatServiceGrpc.ChatServiceBlockingStub calls =
        ChatServiceGrpc.newBlockingStub(server.connect());
    User alice = ClassicStream.user("alice");
    invalid(() -> calls.joinRoom(JoinRoomRequest.newBuilder().setUser(alice).build()));
    invalid(() -> calls.joinRoom(JoinRoomRequest.newBuilder().setRoomId("general").build()));
    invalid(
        () ->
            calls.joinRoom(
                JoinRoomRequest.newBuilder()
                    .setRoomId("general")
                    .setUser(User.newBuilder().setUsername("x"))
                    .build()));
    invalid(() -> calls.leaveRoom(LeaveRoomRequest.newBuilder().setRoomId("general").build()));
    invalid(() -> calls.leaveRoom(LeaveRoomRequest.newBuilder().setUserId("alice").build()));
    ClassicStream stream = ClassicStream.open(server.connect(), "alice");
    invalid(() -> stream.history("", 1, ""));
    invalid(() -> stream.online(""));
  }

  private static void invalid(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void historyIsTheNewestMessagesOldestFirst() {
    ClassicStream alice = spoken(60);
    assertThat(ids(alice.history("general", 3, ""))).containsExactly("m57", "m58", "m59");
    assertThat(alice.history("general", 0, ""))
        .hasSize(50)
        .first()
        .satisfies(message -> assertThat(message.getId()).isEqualTo("m10"));
    assertThat(alice.history("random", 10, "")).isEmpty();
    assertThat(alice.history("no-such-room", 10, "")).isEmpty();
    var unused = NativeCalls.by("carol", server.connect()).createPrivate("secret");
    assertThat(alice.history("secret", 10, "")).isEmpty();
    assertThat(alice.history("general", 1, "").getFirst().getSender().getUsername())
        .isEqualTo("alice-name");
  }

  @Test
  void idsThatAnotherHasTooBreakNoPaging() {
    ClassicStream alice = spoken(30);
    ClassicStream vandal = ClassicStream.joined(server.connect(), "vandal");
    for (int i = 0; i < 10; i++) {
      vandal.said("m" + i, "again " + i);
    }
    List<String> seen = new ArrayList<>();
    String before = "";
    for (List<ChatMessage> page = alice.history("general", 4, before);
        !page.isEmpty();
        page = alice.history("general", 4, before)) {
      seen.addAll(0, page.stream().map(m -> m.getContent().getText()).toList());
      before = page.getFirst().getId();
    }
    assertThat(seen).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void historyPagesThatWalkBackMeetWithoutGapOrRepeat() {
    ClassicStream alice = spoken(23);
    List<String> walked = new ArrayList<>();
    String before = "";
    for (List<ChatMessage> page = alice.history("general", 5, before);
        !page.isEmpty();
        page = alice.history("general", 5, before)) {
      walked.addAll(0, ids(page));
      before = page.getFirst().getId();
    }
    assertThat(walked).isEqualTo(expected(23));
  }

  @Test
  void historyWalksAcrossDeletedMessages() {
    ClassicStream alice = spoken(20);
    NativeStream owner = NativeStream.joined(server.connect(), "alice");
    for (int i = 5; i < 15; i++) {
      owner.done(
          NativeStream.request("d" + i)
              .setDelete(dev.parley.chat.v1.Delete.newBuilder().setMessageId("m" + i)));
    }
    List<String> walked = new ArrayList<>();
    String before = "";
    for (List<ChatMessage> page = alice.history("general", 3, before);
        !page.isEmpty();
        page = alice.history("general", 3, before)) {
      walked.addAll(0, ids(page));
      before = page.getFirst().getId();
    }
    List<String> left = new ArrayList<>(expected(5));
    left.addAll(expected(20).subList(15, 20));
    assertThat(walked).isEqualTo(left);
  }

  @Test
  void historyBeforeAnUnknownMessageIsAnError() {
    ClassicStream alice = spoken(1);
    assertThatThrownBy(() -> alice.history("general", 5, "no-such-message"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  private ClassicStream spoken(int messages) {
    ClassicStream alice = ClassicStream.joined(server.connect(), "alice");
    for (int i = 0; i < messages; i++) {
      alice.say("m" + i, "text " + i);
    }
    for (int i = 0; i < messages; i++) {
      alice.await(EventCase.ACK);
    }
    return alice;
  }

  private static List<String> ids(List<ChatMessage> messages) {
    return messages.stream().map(ChatMessage::getId).toList();
  }

  private static List<String> expected(int messages) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      ids.add("m" + i);
    }
    return ids;
  }
}
