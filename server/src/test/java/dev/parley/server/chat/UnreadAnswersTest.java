package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.GetOnlineUsersRequest;
import dev.parley.chat.v1.GetRoomRequest;
import dev.parley.chat.v1.GetRoomResponse;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.LeaveRoomRequest;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.RemoveMemberRequest;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.server.Inbox;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Clients that ask and do not take the answers: what that costs is bounded, and is theirs.
@Timeout(120)
class UnreadAnswersTest {
  private static final int SMALL_WINDOW = 65_535;
  private static final int ROOMS = 300;
  private static final int LONG = 100;

  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension().with(Setting.STALL_TIMEOUT, "2s").with(Setting.PING_INTERVAL, "10m");

  private NativeCalls alice;

  @BeforeEach
  void begin() {
    alice = NativeCalls.by("alice", server.connect());
  }

  private static String room(int i) {
    return "room-%03d".formatted(i);
  }

  private void makeRooms() {
    for (int i = 0; i < ROOMS; i++) {
      var unused =
          alice
              .rooms()
              .createRoom(
                  CreateRoomRequest.newBuilder()
                      .setRoomId(room(i))
                      .setDescription("d".repeat(1_000))
                      .build());
    }
  }

  private static ChatRequest.Builder helloToAll(String user) {
    ChatRequest.Builder hello = NativeStream.hello(user);
    for (int i = 0; i < ROOMS; i++) {
      hello.getHelloBuilder().addRooms(RoomPosition.newBuilder().setRoomId(room(i)));
    }
    return hello;
  }

  private long entered() {
    return alice
        .rooms()
        .listRooms(ListRoomsRequest.newBuilder().setPageSize(1_000).build())
        .getRoomsList()
        .stream()
        .mapToInt(Room::getOnlineCount)
        .sum();
  }

  /// Says much, so that a history is many times what is on its way to a client that does not read.
  private void talkLong(String room) {
    NativeStream stream = NativeStream.open(server.connect(), "alice");
    stream.join(room);
    for (int i = 0; i < LONG; i++) {
      stream.send(NativeStream.textIn(room, "m" + i, i + "x".repeat(10_000)));
    }
    stream.ack("m" + (LONG - 1));
  }

  private static Inbox<GetHistoryRequest, ChatMessage, ChatMessage> unreadHistory(
      Channel channel, String room) {
    Inbox<GetHistoryRequest, ChatMessage, ChatMessage> inbox = Inbox.slow(List::of, 0);
    ChatServiceGrpc.newStub(channel)
        .getHistory(GetHistoryRequest.newBuilder().setRoomId(room).setLimit(1_000).build(), inbox);
    return inbox;
  }

  @Test
  void roomsOfAHelloAreEnteredAsTheClientTakesTheAnswers() throws Exception {
    makeRooms();
    NativeStream slow = NativeStream.slow(server.connect(SMALL_WINDOW), 1);
    slow.send(helloToAll("slow"));
    slow.await(EventCase.WELCOME);
    long before = -1;
    for (long now = entered(); now != before; now = entered()) {
      before = now;
      TimeUnit.MILLISECONDS.sleep(300);
    }
    assertThat(before).isBetween(1L, ROOMS / 2L);
    slow.inbox().take(Integer.MAX_VALUE);
    for (int i = 0; i < ROOMS; i++) {
      String room = room(i);
      slow.find(event -> event.getRoomJoined().getRoom().getId().equals(room));
    }
    assertThat(entered()).isEqualTo(ROOMS);
  }

  @Test
  void whatIsAskedOfARoomThatWaitsToBeEnteredComesAfterEntering() {
    makeRooms();
    NativeStream slow = NativeStream.slow(server.connect(SMALL_WINDOW), 1);
    slow.send(helloToAll("slow"));
    String last = room(ROOMS - 1);
    slow.send(NativeStream.leave("leave").setRoomId(last));
    slow.inbox().take(Integer.MAX_VALUE);
    slow.ack("leave");
    slow.find(event -> event.getRoomClosed().getRoomId().equals(last));
    assertThat(alice.online(last)).isEmpty();
  }

  @Test
  void aHelloThatNamesARoomTwiceIsRefused() {
    NativeStream stream = NativeStream.silent(server.connect());
    ChatRequest.Builder hello = NativeStream.hello("alice");
    for (int i = 0; i < 2; i++) {
      hello.getHelloBuilder().addRooms(RoomPosition.newBuilder().setRoomId("general"));
    }
    stream.send(hello);
    assertThat(NativeCalls.reason(stream.inbox().end())).isEqualTo(Reason.INVALID_REQUEST);
  }

  @Test
  void picturesAreLeftOutWhereManyAreTold() {
    NativeStream ann = NativeStream.silent(server.connect());
    ann.send(
        NativeStream.hello("ann")
            .setSender(User.newBuilder().setId("ann").setAvatarUrl("https://example.org/ann.png")));
    ann.await(EventCase.WELCOME);
    assertThat(ann.join("general").getOnlineUsersList())
        .singleElement()
        .satisfies(user -> assertThat(user.getAvatarUrl()).isEmpty());
  }

  @Test
  void ofManyStatusesEachIsAnsweredAndTheLastIsTold() {
    NativeStream bob = NativeStream.joined(server.connect(), "bob");
    NativeStream ann = NativeStream.joined(server.connect(), "ann");
    for (int i = 0; i < 500; i++) {
      bob.send(
          NativeStream.status(
              "s" + i, i % 2 == 0 ? UserStatus.USER_STATUS_AWAY : UserStatus.USER_STATUS_ONLINE));
    }
    bob.send(NativeStream.status("last", UserStatus.USER_STATUS_BUSY));
    for (int i = 0; i < 500; i++) {
      bob.ack("s" + i);
    }
    bob.ack("last");
    // told when the interval is over that began with what was told before
    ann.await(e -> e.getUserStatus().getUser().getStatus() == UserStatus.USER_STATUS_BUSY);
    ann.fence();
    assertThat(ann.all(EventCase.USER_STATUS).getLast().getUserStatus().getUser().getStatus())
        .isEqualTo(UserStatus.USER_STATUS_BUSY);
  }

  @Test
  void callsOfOneConnectionTakeTurnsAndThoseOfOthersGoOn() {
    talkLong("general");
    ManagedChannel greedy = server.connect(SMALL_WINDOW);
    List<Inbox<GetHistoryRequest, ChatMessage, ChatMessage>> unread = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_CALLS_AT_WORK; i++) {
      unread.add(unreadHistory(greedy, "general"));
    }
    NativeCalls impatient = NativeCalls.by("bob", greedy);
    awaitAllTurnsTaken(impatient);
    assertThat(alice.history("random")).isEmpty();
    unread.forEach(call -> call.call().cancel("cancelled by the test", null));
    assertThat(impatient.history("random")).isEmpty();
  }

  /// Asks until an answer does not come: all turns of the connection are then taken by others.
  private static void awaitAllTurnsTaken(NativeCalls calls) {
    StatusRuntimeException late;
    do {
      late =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  calls
                      .chat()
                      .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
                      .getHistory(GetHistoryRequest.newBuilder().setRoomId("random").build())
                      .hasNext());
    } while (late == null);
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void callsThatHadToWaitAreAnsweredAsTheOthers() {
    Channel one = NativeCalls.named("bob", server.connect());
    List<Inbox<GetRoomRequest, String, GetRoomResponse>> calls = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_CALLS_WAITING; i++) {
      Inbox<GetRoomRequest, String, GetRoomResponse> inbox =
          Inbox.of(response -> List.of(response.getRoom().getId()));
      RoomServiceGrpc.newStub(one)
          .getRoom(GetRoomRequest.newBuilder().setRoomId("general").build(), inbox);
      calls.add(inbox);
    }
    for (Inbox<GetRoomRequest, String, GetRoomResponse> call : calls) {
      assertThat(call.end().getStatus().getCode()).isEqualTo(Status.Code.OK);
      assertThat(call.all()).containsExactly("general");
    }
  }

  @Test
  void aConnectionWithACallThatNobodyTakesIsClosed() {
    talkLong("general");
    ManagedChannel greedy = server.connect(SMALL_WINDOW);
    List<Inbox<GetHistoryRequest, ChatMessage, ChatMessage>> unread = new ArrayList<>();
    for (int i = 0; i < Limits.MAX_CALLS_AT_WORK; i++) {
      unread.add(unreadHistory(greedy, "general"));
    }
    NativeCalls bob = NativeCalls.by("bob", greedy);
    awaitAllTurnsTaken(bob);
    awaitStalled(CompletableFuture.runAsync(() -> bob.history("random")).handle((_, _) -> ""));
    assertThat(alice.history("random")).isEmpty();
    unread.forEach(call -> call.take(Integer.MAX_VALUE));
    unread.forEach(
        call -> assertThat(call.end().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void importsThatBringNothingKeepNoOtherCallWaitingAndEnd() {
    ManagedChannel one = server.connect();
    List<Inbox<ImportMessagesRequest, ImportMessagesResponse, ImportMessagesResponse>> idle =
        new ArrayList<>();
    for (int i = 0; i < 3 * Limits.MAX_IMPORTS_AT_WORK; i++) {
      idle.add(Inbox.of(List::of));
      var _ =
          RoomServiceGrpc.newStub(NativeCalls.named("importer", one))
              .importMessages(idle.getLast());
    }
    assertThat(NativeCalls.by("bob", one).history("random")).isEmpty();
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(() -> idle.forEach(call -> call.end()));
    awaitStalled(ended);
    ended.join();
  }

  /// Lets time pass, as the server sees it, until something has ended.
  private void awaitStalled(CompletableFuture<?> ended) {
    for (int i = 0; i < 50 && !ended.isDone(); i++) {
      server.clock().advance(Duration.ofSeconds(3));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
    assertThat(ended).isDone();
  }

  @Test
  void whoIsRemovedReadsNoFurther() {
    var _ = alice.createPrivate("secret");
    var _ =
        alice
            .rooms()
            .addMember(AddMemberRequest.newBuilder().setRoomId("secret").setUserId("bob").build());
    talkLong("secret");
    Inbox<GetHistoryRequest, ChatMessage, ChatMessage> reading =
        unreadHistory(NativeCalls.named("bob", server.connect(SMALL_WINDOW)), "secret");
    reading.take(1);
    reading.awaitCount(1);
    var _ =
        alice
            .rooms()
            .removeMember(
                RemoveMemberRequest.newBuilder().setRoomId("secret").setUserId("bob").build());
    reading.take(Integer.MAX_VALUE);
    assertThat(NativeCalls.reason(reading.end())).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(reading.all()).hasSizeLessThan(LONG);
  }

  @Test
  void aHistoryEndsWhereTheRoomEndedWhenItBegan() {
    talkLong("general");
    Inbox<GetHistoryRequest, ChatMessage, ChatMessage> reading =
        unreadHistory(server.connect(SMALL_WINDOW), "general");
    reading.take(1);
    reading.awaitCount(1);
    NativeStream.joined(server.connect(), "bob").said("later", "later");
    reading.take(Integer.MAX_VALUE);
    assertThat(reading.end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    assertThat(reading.all()).extracting(ChatMessage::getId).hasSize(LONG).doesNotContain("later");
  }

  @Test
  void aJoinRoomIsAnsweredThoughTheStreamEndsMeanwhile() {
    Channel streams = server.connect();
    Channel calls = NativeCalls.named("racer", server.connect());
    for (int i = 0; i < 100; i++) {
      NativeStream stream = NativeStream.open(streams, "racer");
      Inbox<JoinRoomRequest, Boolean, JoinRoomResponse> joined =
          Inbox.of(response -> List.of(response.getSuccess()));
      ChatServiceGrpc.newStub(calls)
          .joinRoom(JoinRoomRequest.newBuilder().setRoomId("general").build(), joined);
      stream.cancel();
      assertThat(joined.end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void aJoinRoomWhileARoomIsResumedLosesNothing() {
    makeRooms();
    String last = room(ROOMS - 1);
    NativeStream writer = NativeStream.open(server.connect(), "alice");
    writer.join(last);
    for (int i = 0; i < 50; i++) {
      writer.done(NativeStream.textIn(last, "m" + i, "text " + i));
    }
    NativeStream other = NativeStream.open(server.connect(), "bob");
    other.join(last);
    NativeCalls phone = NativeCalls.by("bob", server.connect());
    for (int attempt = 0; attempt < 5; attempt++) {
      ChatRequest.Builder hello = helloToAll("bob");
      hello.getHelloBuilder().getRoomsBuilder(ROOMS - 1).setSequence(11);
      NativeStream resumed = NativeStream.silent(server.connect()).send(hello);
      assertThat(phone.chat().joinRoom(JoinRoomRequest.newBuilder().setRoomId(last).build()))
          .matches(JoinRoomResponse::getSuccess);
      resumed.message("text 49");
      assertThat(resumed.messages()).extracting(ChatMessage::getSequence).contains(12L, 51L);
      resumed.cancel();
    }
  }

  @Test
  void aStreamThatDoesNotReadIsNotBroughtIntoARoomAgainAndAgain() {
    NativeStream slow = NativeStream.slow(server.connect(SMALL_WINDOW), 1);
    slow.send(NativeStream.resume("slow", 0, 0));
    slow.await(EventCase.WELCOME);
    talkLong("general"); // so that it is stalled
    NativeCalls beside = NativeCalls.by("slow", server.connect());
    for (int i = 0; i < 200; i++) {
      var _ = beside.chat().joinRoom(JoinRoomRequest.newBuilder().setRoomId("random").build());
      var _ = beside.chat().leaveRoom(LeaveRoomRequest.newBuilder().setRoomId("random").build());
    }
    slow.inbox().take(Integer.MAX_VALUE);
    slow.fence();
    assertThat(slow.all(EventCase.ROOM_JOINED))
        .filteredOn(event -> event.getRoomJoined().getRoom().getId().equals("random"))
        .hasSizeLessThan(10);
  }

  @Test
  void aStatusSetWhileRoomsAreEnteredIsSeenThere() {
    NativeStream ann = NativeStream.joined(server.connect(), "ann");
    NativeStream bob = NativeStream.silent(server.connect());
    bob.send(NativeStream.resume("bob", 0, 0));
    bob.send(NativeStream.status("s1", UserStatus.USER_STATUS_BUSY));
    bob.ack("s1");
    bob.find(ChatEvent::hasCaughtUp); // before the ack or after it
    ann.fence();
    assertThat(
            alice
                .chat()
                .getOnlineUsers(GetOnlineUsersRequest.newBuilder().setRoomId("general").build())
                .getUsersList())
        .filteredOn(user -> user.getId().equals("bob"))
        .singleElement()
        .extracting(User::getStatus)
        .isEqualTo(UserStatus.USER_STATUS_BUSY);
  }
}
