package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.GetOnlineUsersRequest;
import dev.parley.chat.v1.OnlineUsersResponse;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.server.ServerExtension;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who is here, on native streams.
@Timeout(60)
class NativePresenceTest {
  private static final Duration BEYOND_GRACE = Duration.ofSeconds(11);

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
  }

  private NativeStream enter(String user) {
    NativeStream stream = NativeStream.joined(server.connect(), user);
    alice.await(event -> event.getUserJoined().getUser().getId().equals(user));
    return stream;
  }

  private List<String> online() {
    return NativeCalls.by("alice", server.connect()).online("general");
  }

  private void awaitLeft(String user) {
    alice.await(event -> event.getUserLeft().getUser().getId().equals(user));
  }

  /// Users whose coming or going was told, in order.
  private List<String> told() {
    List<String> told = new ArrayList<>();
    for (ChatEvent event : alice.all()) {
      switch (event.getEventCase()) {
        case USER_JOINED -> told.add("+" + event.getUserJoined().getUser().getId());
        case USER_LEFT -> told.add("-" + event.getUserLeft().getUser().getId());
        default -> {}
      }
    }
    return told;
  }

  @Test
  void comingAndGoingIsToldToTheOthers() {
    NativeStream bob = enter("bob");
    assertThat(online()).containsExactly("alice", "bob");
    bob.halfClose();
    assertThat(bob.inbox().end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    awaitLeft("bob");
    ChatEvent left = alice.all(EventCase.USER_LEFT).getFirst();
    assertThat(left.getUserLeft().getUser().getStatus()).isEqualTo(UserStatus.USER_STATUS_OFFLINE);
    assertThat(online()).containsExactly("alice");
    assertThat(told()).containsExactly("+bob", "-bob");
  }

  @Test
  void aUserIsHereFromTheFirstDeviceToTheLast() {
    NativeStream phone = enter("bob");
    NativeStream desk = NativeStream.joined(server.connect(), "bob");
    phone.halfClose();
    phone.inbox().end();
    alice.fence();
    assertThat(online()).containsExactly("alice", "bob");
    desk.halfClose();
    awaitLeft("bob");
    assertThat(told()).containsExactly("+bob", "-bob");
  }

  @Test
  void whoComesBackWithinTheGraceNeitherLeftNorJoined() {
    NativeStream bob = enter("bob");
    long seen = bob.said("m1", "hello").getSequence();
    bob.cancel();
    server.clock().advance(Duration.ofSeconds(5));
    NativeStream back = NativeStream.open(server.connect(), NativeStream.resume("bob", seen, 0));
    back.await(EventCase.CAUGHT_UP);
    server.clock().advance(BEYOND_GRACE);
    back.said("m2", "again");
    alice.message("again");
    enter("carol");
    assertThat(told()).containsExactly("+bob", "+carol");
  }

  @Test
  void whoDoesNotComeBackHasLeft() {
    NativeStream bob = enter("bob");
    bob.cancel();
    // time passes until the break has been noticed, and then the grace
    while (online().contains("bob")) {
      server.passTime();
    }
    awaitLeft("bob");
    assertThat(told()).containsExactly("+bob", "-bob");
  }

  @Test
  void leavingTheRoomNeedsNoGrace() {
    NativeStream bob = enter("bob");
    bob.done(NativeStream.leave("l1"));
    awaitLeft("bob");
    assertThat(online()).containsExactly("alice");
  }

  @Test
  void whoIsOnlineComesInPagesEachOnce() {
    List<NativeStream> crowd =
        IntStream.range(0, 25)
            .mapToObj(i -> NativeStream.joined(server.connect(), "u%02d".formatted(i)))
            .toList();
    NativeCalls calls = NativeCalls.by("alice", server.connect());
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      OnlineUsersResponse page =
          calls
              .chat()
              .getOnlineUsers(
                  GetOnlineUsersRequest.newBuilder()
                      .setRoomId("general")
                      .setPageSize(10)
                      .setPageToken(token)
                      .build());
      page.getUsersList().stream().map(User::getId).forEach(seen::add);
      assertThat(page.getTotalCount()).isEqualTo(crowd.size() + 1);
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(seen).hasSize(crowd.size() + 1).doesNotHaveDuplicates().isSorted();
  }
}
