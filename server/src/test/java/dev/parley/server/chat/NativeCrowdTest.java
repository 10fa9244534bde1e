package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.PresenceEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Many who come, or change their status, at once.
class NativeCrowdTest {
  private static final int CROWD = 300;

  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension().with(Setting.PRESENCE_INTERVAL, "1m");

  @Test
  void whoComesOrChangesStatusWithinOneIntervalIsToldAsOneSummary() {
    NativeStream alice = NativeStream.joined(server.connect(), "alice");
    ManagedChannel channel = server.connect();
    List<NativeStream> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(NativeStream.silent(channel).send(NativeStream.resume("u" + i, 0, 0)));
    }
    crowd.forEach(one -> one.await(EventCase.CAUGHT_UP));
    server.clock().advance(Duration.ofSeconds(61));
    alice.fence(); // so that somebody looks at the clock
    PresenceEvent told = alice.await(EventCase.PRESENCE).getPresence();
    assertThat(told.getJoinedCount()).isEqualTo(CROWD);
    assertThat(told.getJoinedUsersList()).hasSize(50).doesNotHaveDuplicates();
    assertThat(told.getOnlineCount()).isEqualTo(CROWD + 1);
    assertThat(told.getLeftCount()).isZero();
    assertThat(alice.all(EventCase.USER_JOINED)).isEmpty();

    crowd.forEach(one -> one.done(NativeStream.status("s", UserStatus.USER_STATUS_BUSY)));
    server.clock().advance(Duration.ofSeconds(61));
    alice.fence();
    PresenceEvent changed = alice.await(EventCase.PRESENCE).getPresence();
    assertThat(changed.getChangedCount()).isEqualTo(CROWD);
    assertThat(changed.getChangedUsersList())
        .hasSize(50)
        .extracting(User::getStatus)
        .containsOnly(UserStatus.USER_STATUS_BUSY);
    assertThat(changed.getJoinedCount()).isZero();
    assertThat(changed.getOnlineCount()).isEqualTo(CROWD + 1);
    assertThat(alice.all(EventCase.USER_STATUS)).isEmpty();
  }
}
